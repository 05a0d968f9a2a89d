import { firmBytes } from './memory-parts.ts';
import { US_PER_SECOND } from './time.ts';
import type { EpochUs } from './time.ts';
import type { VitalsSample } from './vitals.ts';

/**
 * How memory came to its end:
 * - `short`: too little was seen
 * - `step`: it leapt within the last seconds
 * - `steady`: it grew all the time at about the same rate
 * - `saw`: it went up and down, and one peak was too high
 * - `flat`: it had been at its limit for long
 * - `uneven`: none of these
 */
export type GrowthKind = 'short' | 'step' | 'steady' | 'saw' | 'flat' | 'uneven';

export interface MemoryGrowth {
  readonly kind: GrowthKind;
  /** At the beginning of what was seen. */
  readonly fromBytes: number;
  readonly toBytes: number;
  /** What was seen, up to the end. */
  readonly overUs: number;
  /** Of `steady`: typical growth. */
  readonly bytesPerSecond: number | undefined;
  /** Of `step`: what came in the last seconds. */
  readonly leapBytes: number | undefined;
  /** Of `step`: in which time. */
  readonly leapUs: number | undefined;
  /** Of `saw`: the usual height. */
  readonly medianBytes: number;
}

interface Point {
  readonly seconds: number;
  readonly bytes: number;
}

const LEAST_POINTS = 6;
const LEAP_SECONDS = 3;
/** Of the limit: a smaller leap is the end of something else. */
const LEAP_SHARE = 0.25;
/** Of the whole rise: a leap is most of it. */
const LEAP_OF_RISE = 0.6;
const FLAT_SHARE = 0.9;
/** Falls, as a share of all rises. */
const SAW_SHARE = 0.3;
const GROWTH_SHARE = 0.05;
/** Share of slopes between any two points that point upwards. */
const STEADY_SHARE = 0.9;
const MOST_POINTS = 60;

/** @param endBytes what was in use at the end, by the kernel's count: sampling once a second misses the last leap */
export function memoryGrowth(
  vitals: readonly VitalsSample[],
  at: EpochUs,
  endBytes: number | undefined,
  limitBytes: number | undefined,
): MemoryGrowth | undefined {
  const points = pointsOf(vitals, at, endBytes);
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  const top = limitBytes ?? Math.max(...points.map(({ bytes }) => bytes));
  const growth = {
    fromBytes: first.bytes,
    toBytes: last.bytes,
    overUs: (last.seconds - first.seconds) * US_PER_SECOND,
    medianBytes: median(points.map(({ bytes }) => bytes)),
    bytesPerSecond: undefined,
    leapBytes: undefined,
    leapUs: undefined,
  };
  const leap = leapOf(points, top);
  if (leap !== undefined) return { ...growth, kind: 'step', ...leap };
  if (points.length < LEAST_POINTS) return { ...growth, kind: 'short' };
  const half = points.slice(Math.floor(points.length / 2));
  if (half.every(({ bytes }) => bytes >= top * FLAT_SHARE)) return { ...growth, kind: 'flat' };
  const { rises, falls } = swings(points);
  if (falls >= rises * SAW_SHARE && rises >= top * GROWTH_SHARE) return { ...growth, kind: 'saw' };
  const slopes = slopesOf(thinned(points));
  const rising = slopes.filter((slope) => slope > 0).length / Math.max(1, slopes.length);
  if (rising >= STEADY_SHARE && last.bytes - first.bytes >= top * GROWTH_SHARE)
    return { ...growth, kind: 'steady', bytesPerSecond: median(slopes) };
  return { ...growth, kind: 'uneven' };
}

function pointsOf(vitals: readonly VitalsSample[], at: EpochUs, endBytes: number | undefined): readonly Point[] {
  const points = vitals.flatMap((sample) => {
    const bytes = firmBytes(sample);
    return bytes === undefined || sample.at > at ? [] : [{ seconds: (sample.at - at) / US_PER_SECOND, bytes }];
  });
  const last = points.at(-1);
  if (endBytes !== undefined && last !== undefined) points.push({ seconds: 0, bytes: Math.max(endBytes, last.bytes) });
  return points;
}

/** Most of the whole rise, within the last seconds. */
function leapOf(points: readonly Point[], top: number): Pick<MemoryGrowth, 'leapBytes' | 'leapUs'> | undefined {
  const last = points.at(-1);
  if (last === undefined || points.length < 3) return undefined;
  const before = points.findLast(({ seconds }) => last.seconds - seconds >= LEAP_SECONDS);
  if (before === undefined) return undefined;
  const leapBytes = last.bytes - before.bytes;
  const rise = last.bytes - Math.min(...points.map(({ bytes }) => bytes));
  if (leapBytes < top * LEAP_SHARE || leapBytes < rise * LEAP_OF_RISE) return undefined;
  // A climb of few seconds in all is no leap out of a quiet life.
  const quiet = points.filter(({ seconds }) => last.seconds - seconds >= LEAP_SECONDS).length;
  return quiet < LEAP_SECONDS ? undefined : { leapBytes, leapUs: (last.seconds - before.seconds) * US_PER_SECOND };
}

function swings(points: readonly Point[]): { readonly rises: number; readonly falls: number } {
  let rises = 0;
  let falls = 0;
  for (let index = 1; index < points.length; index += 1) {
    const change = (points[index]?.bytes ?? 0) - (points[index - 1]?.bytes ?? 0);
    if (change > 0) rises += change;
    else falls -= change;
  }
  return { rises, falls };
}

function thinned(points: readonly Point[]): readonly Point[] {
  const step = Math.ceil(points.length / MOST_POINTS);
  return points.filter((_, index) => index % step === 0 || index === points.length - 1);
}

/** Between any two points: their median is not moved by single outliers. */
function slopesOf(points: readonly Point[]): readonly number[] {
  const slopes: number[] = [];
  for (const [index, a] of points.entries()) {
    for (const b of points.slice(index + 1)) {
      if (b.seconds > a.seconds) slopes.push((b.bytes - a.bytes) / (b.seconds - a.seconds));
    }
  }
  return slopes;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
