import { codeBlock, escapeMarkdown, inlineCode } from '../deaths/markdown-text.ts';
import { t } from '../l10n/t.ts';
import type { PanelModel } from './model.ts';

const TEXT_LIMIT = 4_096;

/** The whole account as Markdown for a ticket or a chat. Nothing of the container's own text is markup in it. */
export function explainMarkdown(model: PanelModel, link?: string): string {
  const parts: readonly string[] = [
    `## ${text(model.container)}: ${text(model.headline)}`,
    [model.certaintyText, ...(model.isComplete ? [] : [t('incomplete evidence')])].map(text).join(' · '),
    model.facts
      .map(({ label, value, detail, isCode }) => `- **${text(label)}:** ${fact(value, detail, isCode)}`)
      .join('\n'),
    section(t('Who ended it'), actorPart(model)),
    section(t('Timeline'), timelinePart(model)),
    section(t('Memory'), memoryPart(model)),
    section(t('CPU'), model.throttling === undefined ? '' : text(model.throttling.summary)),
    section(t('What it is not'), bullets(model.ruledOut.map(({ title, why }) => `${text(title)}: ${text(why)}`))),
    section(t('What to do'), advicePart(model)),
    section(
      t('Last log lines'),
      model.log === undefined
        ? ''
        : codeBlock(
            model.log.lines.map((line) => line.text),
            'text',
          ),
    ),
    section(t('Worth knowing'), bullets(model.notes.map(text))),
    ...(link === undefined ? [] : [`<${link}>`]),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function text(raw: string): string {
  return escapeMarkdown(raw, TEXT_LIMIT);
}

function fact(value: string, detail: string | undefined, isCode: boolean | undefined): string {
  const shown = isCode === true ? inlineCode(value) : text(value);
  return detail === undefined ? shown : `${shown} (${text(detail)})`;
}

function section(title: string, body: string): string {
  return body === '' ? '' : `### ${title}\n\n${body}`;
}

function bullets(lines: readonly string[]): string {
  return lines.map((line) => `- ${line}`).join('\n');
}

function actorPart({ actor }: PanelModel): string {
  const chain = actor.chain.map(({ command, pid, user }, depth) => {
    const details = [pid, user].filter((part) => part !== '').map(text);
    return `${'  '.repeat(depth)}- ${inlineCode(command)} (${details.join(', ')})`;
  });
  const victim = actor.victim === undefined ? '' : text(actor.victim);
  return [text(actor.intro), chain.join('\n'), victim].filter((part) => part !== '').join('\n\n');
}

function timelinePart({ timeline }: PanelModel): string {
  const rows = timeline
    .filter(({ isTelling }) => isTelling)
    .map(({ when, source, text: what, count, isDeath }) => {
      const words = `${text(what)}${count === 1 ? '' : ` (×${String(count)})`}`;
      return `| ${text(when)} | ${text(source)} | ${isDeath ? `**${words}**` : words} |`;
    });
  if (rows.length === 0) return '';
  return [`| ${t('When')} | ${t('Source')} | ${t('What')} |`, '| ---: | --- | --- |', ...rows].join('\n');
}

function memoryPart({ memory }: PanelModel): string {
  if (memory === undefined) return '';
  const sentences = [memory.summary, memory.whose, memory.chart?.description].filter((part) => part !== undefined);
  return bullets(sentences.map(text));
}

function advicePart({ advice }: PanelModel): string {
  return advice
    .map(({ text: what, command }, index) => {
      const head = `${String(index + 1)}. ${text(what)}`;
      return command === undefined ? head : `${head}\n\n   ${codeBlock([command], 'sh').replaceAll('\n', '\n   ')}`;
    })
    .join('\n');
}
