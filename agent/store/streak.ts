import type { ConfigChange, Repetition } from '../domain/repetition.ts';
import type { EpochUs } from '../domain/time.ts';
import { US_PER_SECOND } from '../domain/time.ts';

/** A run that lasted this long did not fail at once. */
const RAN_WELL_US = 10 * 60 * US_PER_SECOND;
/** A run that lasted so many times as long as usual was another matter. */
const FAR_LONGER = 10;

export interface End {
  readonly signature: string;
  readonly at: EpochUs;
  readonly ranUs: number | undefined;
}

/** The last time that the same workload ended in the same way, and what came since. */
export interface Before {
  readonly repetition: Repetition;
  /** Ends of the workload between then and now, with other signatures. */
  readonly others: readonly { readonly ranUs: number | undefined }[];
  /** Times of the last ones of the streak, newest first. */
  readonly times: readonly EpochUs[];
}

/** Whether this end goes on where the last one of its kind stopped: nothing in between ran well. */
export function isContinued({ ranUs }: End, { repetition, others }: Before): boolean {
  const usual = (repetition.medianPeriodSeconds ?? 0) * US_PER_SECOND;
  const well = Math.max(RAN_WELL_US, usual * FAR_LONGER);
  const isWell = (us: number | undefined): boolean => us !== undefined && us >= well;
  // Without a second one nobody knows what is usual: a leak may take days each time.
  const isOwnLong = repetition.medianPeriodSeconds !== undefined && isWell(ranUs);
  return !isOwnLong && !others.some((other) => isWell(other.ranUs));
}

export function firstOfKind({ signature, at }: End, changes: readonly ConfigChange[]): Repetition {
  return { signature, count: 1, firstAt: at, lastAt: at, changes };
}

export function nextOfKind({ signature, at }: End, { repetition, times }: Before): Repetition {
  const period = medianPeriod([at, ...times]);
  return {
    signature,
    count: repetition.count + 1,
    firstAt: Math.min(repetition.firstAt, at),
    lastAt: at,
    ...(period === undefined ? {} : { medianPeriodSeconds: period }),
    changes: repetition.changes,
  };
}

/** Seconds with a millisecond's precision; `undefined` for a single time. */
function medianPeriod(newestFirst: readonly EpochUs[]): number | undefined {
  const periods = newestFirst.slice(1).map((earlier, index) => Math.abs((newestFirst[index] ?? earlier) - earlier));
  const sorted = periods.toSorted((a, b) => a - b);
  const middle = sorted[Math.floor(sorted.length / 2)];
  return middle === undefined ? undefined : Math.round(middle / 1_000) / 1_000;
}
