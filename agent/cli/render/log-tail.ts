import { displayLogLine } from '../../domain/display.ts';
import type { LogTail } from '../../domain/evidence.ts';
import { cutToCells } from '../text/cells.ts';
import type { Look } from '../text/look.ts';
import { glyphs, tableWidth, tint, toCharset } from '../text/look.ts';
import { plural } from '../../domain/death-words.ts';

const LINES_SHOWN = 10;
const TAB = '    ';
const MARGIN_CELLS = 4;

/** The last lines before the death, one screen line each. */
export function renderLogTail(tail: LogTail | undefined, look: Look, all: boolean): readonly string[] {
  if (tail === undefined || tail.lines.length === 0) return [];
  const shown = all ? tail.lines : tail.lines.slice(-LINES_SHOWN);
  const { rail, ellipsis } = glyphs(look);
  const room = tableWidth(look) - MARGIN_CELLS;
  const lines = shown.map(({ text }) => {
    const line = toCharset(look, displayLogLine(text).replaceAll('\t', TAB));
    return `${tint(look, 'dim', rail)} ${cutToCells(line, room, ellipsis)}`.trimEnd();
  });
  const remarks = [
    ...(shown.length < tail.lines.length
      ? [`${plural(tail.lines.length - shown.length, 'earlier line')} with --all`]
      : []),
    ...(tail.redactions > 0 ? [`${plural(tail.redactions, 'secret')} hidden`] : []),
  ];
  return remarks.length === 0 ? lines : [...lines, tint(look, 'dim', remarks.join(` ${glyphs(look).dot} `))];
}
