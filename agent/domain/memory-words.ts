import { GIB, KIB, MIB, formatBytes } from './bytes.ts';
import type { MemoryGrowth } from './memory-growth.ts';
import type { MemoryParts } from './memory-parts.ts';
import { MEMORY_PARTS, PART_WORDS, totalOf } from './memory-parts.ts';
import { US_PER_SECOND, formatDuration } from './time.ts';

/** Of all memory: from here on it is almost all, most, or enough to be told of. */
const ALMOST_ALL = 0.85;
const MOST = 0.5;
export const TELLING = 0.35;

/** What the memory was made of, in a sentence for somebody who has never met cgroups. */
export function partsWords(parts: MemoryParts): string {
  const total = totalOf(parts);
  const share = (bytes: number): number => (total === 0 ? 0 : bytes / total);
  const much = (bytes: number): string =>
    `${share(bytes) >= ALMOST_ALL ? 'Almost all of it' : share(bytes) >= MOST ? 'Most of it' : 'Much of it'} (${formatBytes(bytes)})`;
  if (share(parts.shmemBytes) >= TELLING)
    return `${much(parts.shmemBytes)} was /dev/shm, a tmpfs or memory that processes share: files there are kept in memory and count as it.`;
  if (share(parts.kernelBytes) >= TELLING)
    return `${much(parts.kernelBytes)} was memory that the kernel needed for this container: network buffers, tables of files and of memory.`;
  if (share(parts.anonBytes) >= ALMOST_ALL)
    return `Almost all of it (${formatBytes(parts.anonBytes)}) was memory that its programs had asked for.`;
  const listed = MEMORY_PARTS.filter((part) => parts[part] >= MIB).map(
    (part) => `${PART_WORDS[part]} ${formatBytes(parts[part])}`,
  );
  return listed.length === 0 ? '' : `It was made of: ${listed.join(', ')}.`;
}

/** How it came to its end. Empty where too little was seen. */
export function growthWords(growth: MemoryGrowth | undefined): string {
  if (growth === undefined) return '';
  const { kind, fromBytes, toBytes, overUs, bytesPerSecond = 0, leapBytes = 0, leapUs = 0, medianBytes } = growth;
  switch (kind) {
    case 'steady':
      return `It grew steadily, by about ${rateWords(bytesPerSecond)}: from ${formatBytes(fromBytes)} to ${formatBytes(toBytes)} in ${formatDuration(overUs)}.`;
    case 'step':
      return `It leapt by ${formatBytes(leapBytes)} within the last ${formatDuration(leapUs)}; before that it was at ${formatBytes(toBytes - leapBytes)}.`;
    case 'saw':
      return `It went up and down around ${formatBytes(medianBytes)}; this peak was too high.`;
    case 'flat':
      return `It had been near its limit for long: at about ${formatBytes(medianBytes)} in the last ${formatDuration(overUs)}.`;
    case 'uneven':
      return toBytes > fromBytes
        ? `It rose from ${formatBytes(fromBytes)} to ${formatBytes(toBytes)} in ${formatDuration(overUs)}.`
        : '';
    case 'short':
      return '';
  }
}

const PER: readonly (readonly [seconds: number, word: string])[] = [
  [1, 'a second'],
  [60, 'a minute'],
  [3_600, 'an hour'],
];

/** In the unit of time in which it is at least a MiB: `30 MiB a second`, `2.5 MiB an hour`. */
export function rateWords(bytesPerSecond: number): string {
  const [seconds, word] = PER.find(([unit]) => bytesPerSecond * unit >= MIB) ?? PER.at(-1) ?? [3_600, 'an hour'];
  return `${formatBytes(Math.max(KIB, Math.round(bytesPerSecond * seconds)))} ${word}`;
}

/** How much longer a higher limit lasts at a rate. */
export function lastsUs(moreBytes: number, bytesPerSecond: number): number {
  return bytesPerSecond <= 0 ? Number.POSITIVE_INFINITY : (moreBytes / bytesPerSecond) * US_PER_SECOND;
}

const NICE_STEP = 16 * MIB;
const NICE_STEP_BIG = 128 * MIB;

/** A limit that a person would set: rounded up, so that it does not look more exact than it is. */
export function niceLimit(bytes: number): number {
  const step = bytes >= GIB ? NICE_STEP_BIG : bytes >= NICE_STEP * 4 ? NICE_STEP : MIB;
  return Math.ceil(bytes / step) * step;
}
