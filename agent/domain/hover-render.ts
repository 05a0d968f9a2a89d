import { displayText } from './display.ts';
import type { HoverCard, HoverItem } from './hover.ts';
import type { FoundDeath } from './lsp-protocol.ts';
import { escapeMarkdown } from './markdown.ts';
import { formatRfc3339 } from './time.ts';
import type { EpochUs } from './time.ts';

export interface HoverLook {
  readonly format: 'markdown' | 'plaintext';
  /** Whether the reader runs `command:` links. */
  readonly commandLinks: boolean;
}

export const EXPLAIN_COMMAND = 'inquest.explainExit';

const HEADLINE_LIMIT = 300;
const NAME_LIMIT = 80;

/** The link that opens a death. Its argument list is `[id]`; whoever runs it checks the id again. */
export function explainCommandUri(deathId: string): string {
  return `command:${EXPLAIN_COMMAND}?${encodeURIComponent(JSON.stringify([deathId]))}`;
}

/** Text of a hover. Whatever the card says, only EXPLAIN_COMMAND can be a link. */
export function renderHover(card: HoverCard, look: HoverLook): string {
  return look.format === 'markdown' ? renderMarkdown(card, look.commandLinks) : renderPlain(card);
}

function renderMarkdown({ title, summary, known, sections }: HoverCard, commandLinks: boolean): string {
  const bullet = (item: string): string => `- ${item}`;
  const deaths = known?.deaths.map((death) => bullet(markdownDeath(death, commandLinks))) ?? [];
  return [
    `**${escapeMarkdown(title, NAME_LIMIT)}**`,
    ...(known === undefined ? [] : [`**${escapeMarkdown(known.heading)}:**\n\n${deaths.join('\n')}`]),
    ...(summary === undefined ? [] : [escapeMarkdown(summary)]),
    ...sections
      .filter(({ items }) => items.length > 0)
      .map(
        ({ heading, items }) =>
          `${escapeMarkdown(heading)}:\n\n${items.map((item) => bullet(markdownItem(item))).join('\n')}`,
      ),
  ].join('\n\n');
}

function markdownItem({ text, context }: HoverItem): string {
  return context === undefined ? escapeMarkdown(text) : `${escapeMarkdown(text)} *${escapeMarkdown(context)}*`;
}

function markdownDeath(death: FoundDeath, commandLinks: boolean): string {
  const link = commandLinks
    ? `[Explain Exit](${explainCommandUri(death.id)})`
    : escapeMarkdown(`inquest explain ${death.id}`);
  return [
    `**${escapeMarkdown(death.headline, HEADLINE_LIMIT)}** (${escapeMarkdown(death.certainty)})`,
    ...placeOf(death).map((part) => escapeMarkdown(part, NAME_LIMIT)),
    link,
  ].join(' · ');
}

function renderPlain({ title, summary, known, sections }: HoverCard): string {
  const bullet = (item: string): string => `- ${item}`;
  return [
    displayText(title, NAME_LIMIT),
    ...(known === undefined ? [] : [`${known.heading}:\n${known.deaths.map(plainDeath).map(bullet).join('\n')}`]),
    ...(summary === undefined ? [] : [summary]),
    ...sections
      .filter(({ items }) => items.length > 0)
      .map(({ heading, items }) => `${heading}:\n${items.map(plainItem).map(bullet).join('\n')}`),
  ].join('\n\n');
}

function plainItem({ text, context }: HoverItem): string {
  return context === undefined ? displayText(text) : `${displayText(text)} (${displayText(context)})`;
}

function plainDeath(death: FoundDeath): string {
  return [
    `${displayText(death.headline, HEADLINE_LIMIT)} (${death.certainty})`,
    ...placeOf(death).map((part) => displayText(part, NAME_LIMIT)),
    `inquest explain ${death.id}`,
  ].join(' · ');
}

function placeOf({ containerName, host, at }: FoundDeath): readonly string[] {
  return [containerName === undefined ? `on ${host}` : `${containerName} on ${host}`, moment(at)];
}

/** `2026-11-23 06:17:04 UTC`: a hover has no room for microseconds. */
function moment(at: EpochUs): string {
  return `${formatRfc3339(at).slice(0, 19).replace('T', ' ')} UTC`;
}
