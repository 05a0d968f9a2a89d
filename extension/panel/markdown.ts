import { codeBlock, escapeMarkdown, inlineCode } from '../deaths/markdown-text.ts';
import { t } from '../l10n/t.ts';
import type { PanelModel, ProcessModel } from './model.ts';

const TEXT_LIMIT = 4_096;

/** The whole account as Markdown for a ticket or a chat. Nothing of the container's own text is markup in it. */
export function explainMarkdown(model: PanelModel, link?: string, placeLink?: string): string {
  const parts: readonly string[] = [
    `## ${text(model.container)}: ${text(model.headline)}`,
    [model.certaintyText, ...(model.isComplete ? [] : [t('incomplete evidence')])].map(text).join(' · '),
    model.facts
      .map(({ label, value, detail, isCode }) => `- **${text(label)}:** ${fact(value, detail, isCode)}`)
      .join('\n'),
    section(t('Who ended it'), actorPart(model)),
    section(t('Where it crashed'), backtracePart(model)),
    section(t('Timeline'), timelinePart(model)),
    section(t('What it said'), saidPart(model, placeLink)),
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

function saidPart({ said }: PanelModel, placeLink: string | undefined): string {
  if (said === undefined) return '';
  const place = said.place === undefined ? '' : inlineCode(said.place);
  const shown = placeLink === undefined || place === '' ? place : `[${place}](<${placeLink}>)`;
  return [inlineCode(said.line), text(said.meaning), shown].filter((part) => part !== '').join('\n\n');
}

function actorPart({ actor }: PanelModel): string {
  const victim = actor.victim === undefined ? '' : text(actor.victim);
  const groups = [...actor.requests, actor].flatMap(({ intro, chain }) => [text(intro), chainPart(chain)]);
  return [...groups, victim].filter((part) => part !== '').join('\n\n');
}

function chainPart(chain: readonly ProcessModel[]): string {
  return chain
    .map(({ command, pid, user }, depth) => {
      const details = [pid, user].filter((part) => part !== '').map(text);
      return `${'  '.repeat(depth)}- ${inlineCode(command)} (${details.join(', ')})`;
    })
    .join('\n');
}

function backtracePart({ backtrace }: PanelModel): string {
  if (backtrace === undefined) return '';
  const frames = backtrace.frames.map(
    ({ place, address, count }, index) =>
      `${String(index + 1)}. ${text(place)}${count === 1 ? '' : ` (×${String(count)})`}${address === undefined ? '' : ` ${inlineCode(address)}`}`,
  );
  return [...frames, ...(backtrace.remarks.length === 0 ? [] : ['', text(backtrace.remarks.join(' · '))])].join('\n');
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
  const rows = memory.processes.map(({ name, size, remark }) => {
    const cells = [text(size), inlineCode(name).replaceAll('|', '\\|'), text(remark)];
    return `| ${cells.join(' | ')} |`;
  });
  const table =
    rows.length === 0 ? '' : [`| ${t('Memory')} | ${t('Process')} | |`, '| ---: | --- | --- |', ...rows].join('\n');
  return [bullets([...sentences, ...memory.sentences].map(text)), table].filter((part) => part !== '').join('\n\n');
}

function advicePart({ advice }: PanelModel): string {
  return advice
    .map(({ text: what, command }, index) => {
      const head = `${String(index + 1)}. ${text(what)}`;
      return command === undefined ? head : `${head}\n\n   ${codeBlock([command], 'sh').replaceAll('\n', '\n   ')}`;
    })
    .join('\n');
}
