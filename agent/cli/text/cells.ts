/**
 * Terminal cells, not UTF-16 units: combining marks take none, East Asian wide characters and
 * pictographs two. Input is display-safe text without escape sequences.
 */
const COMBINING = /\p{Mark}/u;
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}|[\u{20000}-\u{3fffd}]/u;

function cellsOf(character: string): number {
  if (COMBINING.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}

export function cellWidth(text: string): number {
  let cells = 0;
  for (const character of text) cells += cellsOf(character);
  return cells;
}

/** The start of the text that fits, ending in `ellipsis` where something is missing. */
export function cutToCells(text: string, cells: number, ellipsis = '…'): string {
  if (cellWidth(text) <= cells) return text;
  return `${headOf(text, cells - cellWidth(ellipsis)).trimEnd()}${ellipsis}`;
}

const HEAD_SHARE = 0.6;

/** Both ends of a command that is too long: what it is, and what it was told last. */
export function cutMiddleToCells(text: string, cells: number, ellipsis = '…'): string {
  if (cellWidth(text) <= cells) return text;
  const head = headOf(text, Math.floor(cells * HEAD_SHARE)).trimEnd();
  const tail = Array.from(text).toReversed().join('');
  const kept = headOf(tail, cells - cellWidth(head) - cellWidth(ellipsis));
  return `${head}${ellipsis}${Array.from(kept).toReversed().join('')}`;
}

export function padToCells(text: string, cells: number): string {
  return text + ' '.repeat(Math.max(0, cells - cellWidth(text)));
}

export function padStartToCells(text: string, cells: number): string {
  return ' '.repeat(Math.max(0, cells - cellWidth(text))) + text;
}

function headOf(text: string, cells: number): string {
  let used = 0;
  let head = '';
  for (const character of text) {
    used += cellsOf(character);
    if (used > cells) break;
    head += character;
  }
  return head;
}

/** A space, but not the one between a number and its unit: `18 MiB` stays together. */
const BREAK = /(?<!\d) | (?!(?:B|KiB|MiB|GiB|µs|ms|s|min|h|days|%)(?!\w))/;

/** Prose in lines of at most `cells`. A word that is longer than a line is broken, never lost. */
export function wrap(text: string, cells: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(BREAK)) {
    const joined = line === '' ? word : `${line} ${word}`;
    if (cellWidth(joined) <= cells) {
      line = joined;
      continue;
    }
    if (line !== '') lines.push(line);
    line = word;
    while (cellWidth(line) > cells) {
      const head = headOf(line, Math.max(2, cells));
      lines.push(head);
      line = line.slice(head.length);
    }
  }
  if (line !== '' || lines.length === 0) lines.push(line);
  return lines;
}
