import { formatDuration, roughly, US_PER_MS, US_PER_SECOND } from '../../domain/time.ts';
import type { EpochUs } from '../../domain/time.ts';
import type { Look } from './look.ts';
import { glyphs } from './look.ts';

function parts(at: EpochUs, timeZone: string): ReadonlyMap<string, string> {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    timeZoneName: 'short',
  });
  return new Map(format.formatToParts(new Date(at / US_PER_MS)).map(({ type, value }) => [type, value]));
}

/** `2026-11-23 06:17:04 UTC`. */
export function absoluteTime(at: EpochUs, look: Look): string {
  const zone = parts(at, look.timeZone).get('timeZoneName') ?? look.timeZone;
  return `${dayOf(at, look)} ${clockTime(at, look)} ${zone}`;
}

/** `06:17:04`. */
export function clockTime(at: EpochUs, look: Look): string {
  const part = parts(at, look.timeZone);
  return `${part.get('hour') ?? ''}:${part.get('minute') ?? ''}:${part.get('second') ?? ''}`;
}

/** `2026-11-23`. */
export function dayOf(at: EpochUs, look: Look): string {
  const part = parts(at, look.timeZone);
  return `${part.get('year') ?? ''}-${part.get('month') ?? ''}-${part.get('day') ?? ''}`;
}

const DAY_US = 86_400 * US_PER_SECOND;
/** Within this many days the name of the day says which one is meant. */
const DAYS_BY_NAME = 6;

/** When something began, for whoever looks back: `14:03`, `Tuesday 14:03`, `2026-11-23 14:03`. */
export function sinceWords(at: EpochUs, look: Look): string {
  const time = clockTime(at, look).slice(0, 'hh:mm'.length);
  if (dayOf(at, look) === dayOf(look.now, look)) return time;
  if (look.now - at >= DAYS_BY_NAME * DAY_US) return `${dayOf(at, look)} ${time}`;
  const day = new Intl.DateTimeFormat('en-GB', { timeZone: look.timeZone, weekday: 'long' });
  return `${day.format(new Date(at / US_PER_MS))} ${time}`;
}

/** `3 min ago`, with the smaller unit left out: nobody plans by it. */
export function ago(at: EpochUs, look: Look): string {
  const elapsed = look.now - at;
  if (elapsed < -US_PER_SECOND) return `in ${roughly(-elapsed)} (the clocks differ)`;
  if (elapsed < 2 * US_PER_SECOND) return 'just now';
  return `${roughly(elapsed)} ago`;
}

/** Signed distance to the death: `−10.0 s`, `+12 ms`, `0 s`. */
export function relativeTo(at: EpochUs, death: EpochUs, look: Look): string {
  const delta = at - death;
  if (Math.abs(delta) < 1) return '0 s';
  return `${delta < 0 ? glyphs(look).minus : '+'}${formatDuration(Math.abs(delta))}`;
}
