import type { EpochUs } from '../../domain/time.ts';
import { paint } from './paint.ts';
import type { Style } from './paint.ts';

/** Everything that decides how something is drawn. Rendering is a pure function of data and this. */
export interface Look {
  /** Columns of the terminal; undefined where nothing limits a line, as in a pipe. */
  readonly columns: number | undefined;
  readonly color: boolean;
  readonly unicode: boolean;
  readonly now: EpochUs;
  /** IANA name of the zone that absolute times are shown in. */
  readonly timeZone: string;
}

/** Lines longer than this tire the eye, however wide the window is. */
const PROSE_CELLS = 100;
const NARROWEST = 40;

export function proseWidth(look: Look): number {
  return Math.max(NARROWEST, Math.min(look.columns ?? PROSE_CELLS, PROSE_CELLS));
}

/** Columns for tables and log lines, which use the whole window. */
export function tableWidth(look: Look): number {
  return look.columns === undefined ? Number.POSITIVE_INFINITY : Math.max(NARROWEST, look.columns);
}

export function tint(look: Look, style: Style, text: string): string {
  return paint(style, text, look.color);
}

export interface Glyphs {
  readonly ellipsis: string;
  readonly dot: string;
  readonly minus: string;
  readonly times: string;
  readonly up: string;
  readonly rail: string;
  readonly bullet: string;
  readonly ok: string;
  readonly warn: string;
  readonly fail: string;
  readonly barFull: string;
  readonly barEmpty: string;
  readonly levels: readonly string[];
}

const UNICODE: Glyphs = {
  ellipsis: '…',
  dot: '·',
  minus: '−',
  times: '×',
  up: '↑',
  rail: '│',
  bullet: '•',
  ok: '✓',
  warn: '!',
  fail: '✗',
  barFull: '█',
  barEmpty: '░',
  levels: ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'],
};

const ASCII: Glyphs = {
  ellipsis: '~',
  dot: '-',
  minus: '-',
  times: 'x',
  up: '^',
  rail: '|',
  bullet: '*',
  ok: 'ok',
  warn: '!',
  fail: 'X',
  barFull: '#',
  barEmpty: '.',
  levels: ['_', '.', ':', '-', '=', '+', '*', '#'],
};

export function glyphs(look: Look): Glyphs {
  return look.unicode ? UNICODE : ASCII;
}

const ASCII_FORMS: ReadonlyMap<string, string> = new Map([
  ['…', '...'],
  ['–', '-'],
  ['—', '-'],
  ['−', '-'],
  ['‘', "'"],
  ['’', "'"],
  ['“', '"'],
  ['”', '"'],
  ['·', '-'],
  ['•', '*'],
  ['×', 'x'],
  ['µ', 'u'],
  ['→', '->'],
  ['←', '<-'],
  ['≥', '>='],
  ['≤', '<='],
]);

/** For a terminal that takes no UTF-8: what we write ourselves in ASCII, everything else as `\u{…}`. */
export function toCharset(look: Look, line: string): string {
  if (look.unicode) return line;
  return line.replace(
    /\P{ASCII}/gu,
    (character) => ASCII_FORMS.get(character) ?? `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}
