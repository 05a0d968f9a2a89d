import { causeFamily, CAUSE_IDS, isCauseId } from '../domain/causes.ts';
import { displayText } from '../domain/display.ts';
import { MAX_EXIT_CODE } from '../domain/exit-codes.ts';
import { parseRfc3339, US_PER_SECOND } from '../domain/time.ts';
import type { EpochUs } from '../domain/time.ts';
import { usage } from './command.ts';
import { didYouMean } from './suggest.ts';

const SECONDS_PER_UNIT: ReadonlyMap<string, number> = new Map([
  ['s', 1],
  ['m', 60],
  ['min', 60],
  ['h', 3_600],
  ['d', 86_400],
  ['w', 604_800],
]);

/** `2h` ago, or a moment in RFC 3339. Throws bad-usage. */
export function parseMoment(flag: string, text: string, now: EpochUs): EpochUs {
  const span = /^(\d{1,6}(?:\.\d{1,3})?)([a-z]+)$/.exec(text);
  const seconds = span === null ? undefined : SECONDS_PER_UNIT.get(span[2] ?? '');
  if (span !== null && seconds !== undefined) return Math.round(now - Number(span[1]) * seconds * US_PER_SECOND);
  const moment = parseRfc3339(text);
  if (moment !== undefined) return moment;
  throw usage(
    `${flag} does not understand “${displayText(text, 40)}”.`,
    'Write a span such as 30m, 2h or 7d, or a moment such as 2026-11-23T06:00:00Z.',
  );
}

/** A whole number in decimal within the bounds. Throws bad-usage. */
export function parseWhole(flag: string, text: string, least: number, most: number): number {
  const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (number >= least && number <= most) return number;
  throw usage(
    `${flag} does not take “${displayText(text, 40)}”.`,
    `Write a whole number from ${String(least)} to ${String(most)}.`,
  );
}

export function parseExitCode(flag: string, text: string): number {
  return parseWhole(flag, text, 0, MAX_EXIT_CODE);
}

/** A cause id or a family. Throws bad-usage with the nearest one. */
export function parseCause(flag: string, text: string): string {
  const families = new Set(CAUSE_IDS.map(causeFamily));
  const known: readonly string[] = [...families, ...CAUSE_IDS];
  if (isCauseId(text) || known.includes(text)) return text;
  throw usage(
    `${flag} knows no cause “${displayText(text, 40)}”.`,
    didYouMean(text, known, `The families are ${[...families].join(', ')}.`),
  );
}

/** `k=v`, several times. Throws bad-usage. */
export function parseLabels(flag: string, texts: readonly string[]): Readonly<Record<string, string>> {
  const pairs = texts.map((text): readonly [string, string] => {
    const at = text.indexOf('=');
    if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
    throw usage(`${flag} does not understand “${displayText(text, 40)}”.`, 'Write key=value.');
  });
  return Object.fromEntries(pairs);
}
