/** A part of one line. Longer lines than LINE_WINDOW exist: minified JSON, progress bars, core dumps in a log. */
export interface LineWindow {
  readonly text: string;
  /** UTF-16 units of the line before `text`. */
  readonly offset: number;
  /** Whether the line goes on after `text`. */
  readonly cutAfter: boolean;
}

/** UTF-16 units of a line that are looked at. */
export const LINE_WINDOW = 8_192;

/** The LINE_WINDOW units of a line around a character, the whole line where it is shorter. */
export function windowAround(line: string, character = 0): LineWindow {
  if (line.length <= LINE_WINDOW) return { text: line, offset: 0, cutAfter: false };
  const wanted = character - LINE_WINDOW / 2;
  const offset = Math.max(0, Math.min(wanted, line.length - LINE_WINDOW));
  const end = offset + LINE_WINDOW;
  return { text: line.slice(offset, end), offset, cutAfter: end < line.length };
}
