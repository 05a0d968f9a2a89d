import type { SampleRing } from './ring.ts';

/** Samples looked back over: ten seconds. */
const WINDOW = 10;
/** Ten of the usual periods of 100 ms: one second. Fewer say nothing. */
const MIN_PERIODS = 10;
const MIN_SHARE = 0.1;

export interface ThrottledWindow {
  readonly periods: number;
  readonly throttledPeriods: number;
  readonly throttledUs: number;
}

/**
 * What the last seconds say about the CPU limit: `undefined` unless the newest sample has new throttled
 * periods and at least a tenth of the window's periods were throttled. Counts are of the window, not of
 * the container's life.
 */
export function throttledWindow(ring: SampleRing): ThrottledWindow | undefined {
  const back = Math.min(WINDOW, ring.length - 1);
  if (back < 1) return undefined;
  if (!(ring.value('cpuThrottledPeriods', 0) > ring.value('cpuThrottledPeriods', 1))) return undefined;
  const periods = ring.value('cpuPeriods', 0) - ring.value('cpuPeriods', back);
  const throttledPeriods = ring.value('cpuThrottledPeriods', 0) - ring.value('cpuThrottledPeriods', back);
  const throttledUs = ring.value('cpuThrottledUs', 0) - ring.value('cpuThrottledUs', back);
  if (!(periods >= MIN_PERIODS && throttledPeriods >= periods * MIN_SHARE)) return undefined;
  return { periods, throttledPeriods, throttledUs: Number.isNaN(throttledUs) ? 0 : throttledUs };
}
