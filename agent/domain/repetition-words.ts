import { isUnexpected } from './causes.ts';
import type { CauseId } from './causes.ts';
import type { Repetition, RepetitionSummary } from './repetition.ts';
import { US_PER_SECOND, formatDuration } from './time.ts';

const TEEN_END = 20;
const SUFFIXES = ['th', 'st', 'nd', 'rd'] as const;

/** `1st`, `12th`, `1,003rd`. */
export function ordinal(count: number): string {
  const teens = count % 100;
  const suffix = teens > 10 && teens < TEEN_END ? 'th' : (SUFFIXES[count % 10] ?? 'th');
  return `${count.toLocaleString('en-US')}${suffix}`;
}

/** Whether a repetition is worth a line: a job that ends well every hour repeats, too. */
export function isTelling(cause: CauseId): boolean {
  return isUnexpected(cause);
}

/** `about every 40 s`; `undefined` for the first. */
export function periodWords({ medianPeriodSeconds }: RepetitionSummary): string | undefined {
  if (medianPeriodSeconds === undefined) return undefined;
  return `about every ${formatDuration(medianPeriodSeconds * US_PER_SECOND)}`;
}

/** `The 15th time since Tuesday 14:03, about every 40 s.` `since` says when it came first. */
export function repetitionSentence(repetition: RepetitionSummary, since: string): string | undefined {
  if (repetition.count < 2) return undefined;
  const period = periodWords(repetition);
  return `The ${ordinal(repetition.count)} time since ${since}${period === undefined ? '' : `, ${period}`}.`;
}

/** What was different when it began; `undefined` where nothing was, or nobody knows. */
export function changesSentence({ count, changes }: Repetition): string | undefined {
  if (changes.length === 0) return undefined;
  const texts = changes.map(({ text }) => text);
  const last = texts.at(-1) ?? '';
  const joined = texts.length === 1 ? last : `${texts.slice(0, -1).join(', ')}, and ${last}`;
  return count === 1 ? `The run before ended in another way; since then ${joined}.` : `It began when ${joined}.`;
}
