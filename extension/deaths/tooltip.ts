import { CERTAINTY_WORDS } from '../../agent/domain/death-words.ts';
import { isTelling, repetitionSentence } from '../../agent/domain/repetition-words.ts';
import type { EpochUs } from '../../agent/domain/time.ts';
import { US_PER_MS } from '../../agent/domain/time.ts';
import { t } from '../l10n/t.ts';
import { nameOf } from './entry.ts';
import type { DeathEntry } from './entry.ts';
import { iconOf } from './icons.ts';
import { escapeMarkdown, inlineCode } from './markdown-text.ts';
import { ago } from './relative-time.ts';
import { exitText } from './words.ts';

const NAME_LIMIT = 120;
const HEADLINE_LIMIT = 600;

/** What a row says when the pointer rests on it, as Markdown with theme icons and nothing trusted. */
export function tooltipOf({ death }: DeathEntry, hostLabel: string, now: EpochUs): string {
  const facts: readonly (readonly [string, string | undefined])[] = [
    [t('Exit'), inlineCode(exitText(death.exit))],
    [t('Cause'), `${inlineCode(death.cause)} · ${escapeMarkdown(t(CERTAINTY_WORDS[death.certainty]))}`],
    [t('When'), `${escapeMarkdown(clock(death.at))} · ${escapeMarkdown(ago(death.at, now))}`],
    [t('Repeats'), repeatsOf(death)],
    [t('Image'), optionalCode(death.image)],
    [t('Project'), optionalCode(death.project)],
    [t('Pod'), optionalCode(death.pod)],
    [t('Host'), escapeMarkdown(hostLabel, NAME_LIMIT)],
  ];
  const lines = facts.flatMap(([label, value]) => (value === undefined ? [] : [`${escapeMarkdown(label)}: ${value}`]));
  const { id } = iconOf(death.cause, death.wound !== undefined);
  return [
    `**$(${id}) ${escapeMarkdown(nameOf(death), NAME_LIMIT)}**`,
    escapeMarkdown(death.headline, HEADLINE_LIMIT),
    // Two blanks at the end of a line break it.
    lines.join('  \n'),
    ...(death.complete ? [] : [`$(warning) ${escapeMarkdown(t('The evidence is incomplete.'))}`]),
    ...(death.revision > 1 ? [escapeMarkdown(t('Revised {0} times as evidence came in.', death.revision - 1))] : []),
  ].join('\n\n');
}

function repeatsOf({ cause, repetition }: DeathEntry['death']): string | undefined {
  if (repetition === undefined || !isTelling(cause)) return undefined;
  const sentence = repetitionSentence(repetition, clock(repetition.firstAt));
  return sentence === undefined ? undefined : escapeMarkdown(sentence);
}

function optionalCode(text: string | undefined): string | undefined {
  return text === undefined ? undefined : inlineCode(text, NAME_LIMIT);
}

function clock(at: EpochUs): string {
  return new Date(at / US_PER_MS).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
}
