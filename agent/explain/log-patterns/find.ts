import type { LogClue } from '../../domain/death.ts';
import { displayText } from '../../domain/display.ts';
import type { LogTail } from '../../domain/evidence.ts';
import type { EpochUs } from '../../domain/time.ts';
import { US_PER_SECOND } from '../../domain/time.ts';
import { LOG_PATTERNS } from './index.ts';
import type { LogPattern } from './pattern.ts';
import { placeAround } from './places.ts';

/** A line that a row explains. */
export interface FoundClue {
  readonly row: LogPattern;
  readonly clue: LogClue;
  /** What was missing (a command, a library), safe to show. */
  readonly what: string | undefined;
}

export interface ClueContext {
  readonly diedAt: EpochUs;
  /** Base names of the programs that the container ran. */
  readonly programs: ReadonlySet<string>;
}

/** What is older has been lived through. */
const RECENT_US = 60 * US_PER_SECOND;
/** So many lines from the end a message still counts as the last; stack traces are indented and not counted. */
const LAST_LINES = 10;
/** How far around a line `follows` and `precedes` look. */
const BEFORE = 12;
const AFTER = 8;
const LINE_LIMIT = 2_048;
const QUOTE_LIMIT = 160;
const WHAT_LIMIT = 80;
const PLACE_LIMIT = 200;
/** A field of an error that Node.js printed as an object, below its message: the message says it better. */
const PROPERTY = /^ {1,20}\[?(?:code|errno|syscall|name|message)\]?: /;

/**
 * The line in which the program says why it ended, with what it means. The last one that is recognised: what follows from
 * another one, or repeats it as a field of an object, counts only where that is missing. A quote with an explanation, never proof: a log can say anything.
 */
export function findClue(log: LogTail | undefined, context: ClueContext): FoundClue | undefined {
  const recent = (log?.lines ?? []).filter(({ at }) => at === undefined || context.diedAt - at <= RECENT_US);
  const lines = recent.map(({ text }) => text.replace(/\r$/, '').slice(0, LINE_LIMIT));
  let consequence: FoundClue | undefined;
  let fromEnd = 0;
  for (let index = lines.length - 1; index >= 0; index -= 1) {
    const line = lines[index] ?? '';
    if (line !== '' && !/^\s/.test(line)) fromEnd += 1;
    const row = LOG_PATTERNS.find((one) => fits(one, lines, index, fromEnd <= LAST_LINES, context));
    if (row === undefined) continue;
    const found = foundAt(row, lines, index);
    if (row.isConsequence !== true && !PROPERTY.test(line)) return found;
    consequence ??= found;
  }
  return consequence;
}

function fits(
  row: LogPattern,
  lines: readonly string[],
  index: number,
  isLast: boolean,
  { programs }: ClueContext,
): boolean {
  // What any program may say in passing counts only at the end; a runtime's last words may have a long trace below them.
  if (row.runtime === undefined && !isLast) return false;
  const line = lines[index] ?? '';
  if (!row.pattern.test(line)) return false;
  const { follows, precedes, program } = row;
  if (program !== undefined && ![...programs].some((name) => program.test(name))) return false;
  if (follows !== undefined && !lines.slice(Math.max(0, index - BEFORE), index).some((near) => follows.test(near)))
    return false;
  return precedes === undefined || lines.slice(index + 1, index + 1 + AFTER).some((near) => precedes.test(near));
}

function foundAt(row: LogPattern, lines: readonly string[], index: number): FoundClue {
  const line = lines[index] ?? '';
  const next = lines[index + 1];
  const isContinued = next !== undefined && row.continues?.test(next) === true;
  const place = placeAround(lines, index);
  const what = row.pattern.exec(line)?.groups?.['what'];
  return {
    row,
    clue: {
      runtime: row.runtime ?? place?.runtime ?? 'The program',
      line: displayText((isContinued ? `${line} ${next}` : line).trim(), QUOTE_LIMIT),
      explanation: row.says,
      ...(place === undefined ? {} : { file: displayText(place.file, PLACE_LIMIT), lineNumber: place.line }),
    },
    what: what === undefined ? undefined : displayText(what, WHAT_LIMIT),
  };
}
