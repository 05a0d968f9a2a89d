import { US_PER_SECOND } from '../../agent/domain/time.ts';
import type { EpochUs } from '../../agent/domain/time.ts';
import { t } from '../l10n/t.ts';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const WEEK = 7 * DAY;

/** `now`, `12 s ago`, `3 min ago`, `2 h ago`, `4 days ago`, `6 weeks ago`: one unit, as nobody plans by it. */
export function ago(at: EpochUs, now: EpochUs): string {
  const seconds = Math.floor((now - at) / US_PER_SECOND);
  // Clocks of two machines differ a little; a death in the future would only puzzle.
  if (seconds < 2) return t('now');
  if (seconds < MINUTE) return t('{0} s ago', seconds);
  if (seconds < HOUR) return t('{0} min ago', Math.floor(seconds / MINUTE));
  if (seconds < 2 * DAY) return t('{0} h ago', Math.floor(seconds / HOUR));
  if (seconds < 2 * WEEK) return t('{0} days ago', Math.floor(seconds / DAY));
  return t('{0} weeks ago', Math.floor(seconds / WEEK));
}

/** The same for a narrow row: `now`, `12s`, `3m`, `2h`, `4d`, `6w`. */
export function shortAgo(at: EpochUs, now: EpochUs): string {
  const seconds = Math.floor((now - at) / US_PER_SECOND);
  if (seconds < 2) return t('now');
  if (seconds < MINUTE) return t('{0}s', seconds);
  if (seconds < HOUR) return t('{0}m', Math.floor(seconds / MINUTE));
  if (seconds < 2 * DAY) return t('{0}h', Math.floor(seconds / HOUR));
  if (seconds < 2 * WEEK) return t('{0}d', Math.floor(seconds / DAY));
  return t('{0}w', Math.floor(seconds / WEEK));
}

/** Milliseconds until the text of the newest of these may read differently; `undefined` when there are none. */
export function nextChangeMs(newest: EpochUs | undefined, now: EpochUs): number | undefined {
  if (newest === undefined) return undefined;
  const ageSeconds = (now - newest) / US_PER_SECOND;
  if (ageSeconds < MINUTE) return 10_000;
  if (ageSeconds < HOUR) return 60_000;
  return 600_000;
}
