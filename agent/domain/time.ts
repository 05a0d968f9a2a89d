/**
 * Microseconds of the Unix epoch as an integer-valued double (exact until the year 2255).
 *
 * Kernel records carry CLOCK_BOOTTIME; the agent converts them with an offset that is fixed for its
 * lifetime, so that evidence keeps its order even when the wall clock is stepped under it.
 */
export type EpochUs = number;

export const US_PER_MS = 1_000;
export const US_PER_SECOND = 1_000_000;

/** RFC 3339 in UTC with microseconds, e.g. `2026-11-23T06:17:04.123456Z`. */
export function formatRfc3339(at: EpochUs): string {
  const whole = Math.floor(at);
  const ms = Math.floor(whole / US_PER_MS);
  const us = whole - ms * US_PER_MS;
  return new Date(ms).toISOString().replace('Z', `${String(us).padStart(3, '0')}Z`);
}

/** Parses RFC 3339 with up to nine fraction digits; `undefined` when it is not one or is Go's zero time. */
export function parseRfc3339(text: string): EpochUs | undefined {
  const match = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?(Z|[+-]\d{2}:\d{2})$/.exec(text);
  if (match === null || text.startsWith('0001-')) return undefined;
  const seconds = Date.parse(`${match[1] ?? ''}${match[3] ?? ''}`);
  if (Number.isNaN(seconds)) return undefined;
  const micros = Number((match[2] ?? '').padEnd(6, '0').slice(0, 6));
  return seconds * US_PER_MS + micros;
}

/** A span as a person says it: `34 ms`, `10.0 s`, `3 min 20 s`, `2 h 5 min`, `4 days`. Input in microseconds. */
export function formatDuration(us: number): string {
  const abs = Math.max(0, us);
  if (abs < 1_000) return `${String(Math.round(abs))} µs`;
  if (abs < US_PER_SECOND) {
    const ms = abs / US_PER_MS;
    return `${ms < 10 ? ms.toFixed(1) : String(Math.round(ms))} ms`;
  }
  const seconds = abs / US_PER_SECOND;
  if (seconds < 59.95) return `${seconds < 10 ? seconds.toFixed(1) : String(Math.round(seconds))} s`;
  const whole = Math.round(seconds);
  if (whole < 3_600) return joinUnits(Math.floor(whole / 60), 'min', whole % 60, 's');
  if (whole < 172_800) return joinUnits(Math.floor(whole / 3_600), 'h', Math.floor((whole % 3_600) / 60), 'min');
  return `${String(Math.floor(whole / 86_400))} days`;
}

function joinUnits(major: number, majorUnit: string, minor: number, minorUnit: string): string {
  const head = `${String(major)} ${majorUnit}`;
  return minor === 0 ? head : `${head} ${String(minor)} ${minorUnit}`;
}

const US_PER_MINUTE = 60 * US_PER_SECOND;
const US_PER_HOUR = 60 * US_PER_MINUTE;
const US_PER_DAY = 24 * US_PER_HOUR;

/** A span in its largest unit: `45 s`, `3 min`, `2 h`, `4 days`. */
export function roughly(us: number): string {
  if (us < US_PER_MINUTE) return `${String(Math.floor(us / US_PER_SECOND))} s`;
  if (us < US_PER_HOUR) return `${String(Math.floor(us / US_PER_MINUTE))} min`;
  if (us < 2 * US_PER_DAY) return `${String(Math.floor(us / US_PER_HOUR))} h`;
  return `${String(Math.floor(us / US_PER_DAY))} days`;
}
