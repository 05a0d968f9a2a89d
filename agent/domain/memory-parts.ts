import type { Evidence, KernelLogOom, OomMemory } from './evidence.ts';
import type { VitalsSample } from './vitals.ts';

/** What a group's memory was made of. Nothing is counted twice. */
export interface MemoryParts {
  /** Memory that programs asked for. */
  readonly anonBytes: number;
  /** Cached files, which the kernel gives back when memory is short. */
  readonly cacheBytes: number;
  /** Files in /dev/shm and in tmpfs, and memory that processes share. */
  readonly shmemBytes: number;
  /** Sockets, page tables, stacks of the kernel and its tables of files. */
  readonly kernelBytes: number;
}

export type MemoryPart = keyof MemoryParts;

/** Short enough for a legend. */
export const PART_WORDS: Readonly<Record<MemoryPart, string>> = {
  anonBytes: 'programs',
  shmemBytes: '/dev/shm and tmpfs',
  kernelBytes: 'kernel',
  cacheBytes: 'file cache',
};

export const MEMORY_PARTS: readonly MemoryPart[] = ['anonBytes', 'shmemBytes', 'kernelBytes', 'cacheBytes'];

/** Where a death is looked at from: its own evidence, with the samples before it. */
export interface MemoryHistory {
  readonly containerId: string;
  readonly evidence: readonly Evidence[];
  readonly vitals: readonly VitalsSample[];
}

/** Of the memory that was full: one process, or a sample, that has this much of it speaks for all. */
const ALMOST_ALL = 0.85;

/**
 * At the end: as the kernel counted it at the very moment, else as the one process had it that was killed, else in the
 * last sample. A sample from before it filled up says nothing of what filled it.
 */
export function memoryParts({ containerId, evidence, vitals }: MemoryHistory): MemoryParts | undefined {
  const logs = evidence
    .flatMap(({ data }) => (data.kind === 'kernel_log_oom' && isOwnGroup(data, containerId) ? [data] : []))
    .toReversed();
  for (const { memory } of logs) if (memory !== undefined) return partsOf(memory);
  const full = fullAt(evidence);
  for (const log of logs) {
    const parts = partsOfVictim(log);
    if (full !== undefined && totalOf(parts) >= full * ALMOST_ALL) return parts;
  }
  const last = vitals.findLast(({ anonBytes }) => anonBytes !== undefined);
  if (last?.anonBytes === undefined || (last.memoryBytes ?? 0) < (full ?? 0) / 2) return undefined;
  const { anonBytes, fileBytes = 0, shmemBytes = 0, kernelBytes = 0 } = last;
  return partsOf({ anonBytes, fileBytes, shmemBytes, kernelBytes });
}

/** What the container used when the kernel killed one of its processes for memory. */
function fullAt(evidence: readonly Evidence[]): number | undefined {
  for (const { data } of evidence.toReversed()) {
    if (data.kind === 'oom_kill') return data.levels.find(({ isContainer }) => isContainer)?.usageBytes;
  }
  return undefined;
}

/** The kernel prints what a group is made of for the first of many kills only, the victim's size for each. */
function partsOfVictim({ anonRssBytes = 0, shmemRssBytes = 0 }: KernelLogOom): MemoryParts {
  return { anonBytes: anonRssBytes, cacheBytes: 0, shmemBytes: shmemRssBytes, kernelBytes: 0 };
}

function partsOf({ anonBytes, fileBytes, shmemBytes, kernelBytes }: OomMemory): MemoryParts {
  return { anonBytes, cacheBytes: Math.max(0, fileBytes - shmemBytes), shmemBytes, kernelBytes };
}

/** The kernel speaks of the group that was full, which may stand above the container. */
export function isOwnGroup({ oomMemcg }: KernelLogOom, containerId: string): boolean {
  return oomMemcg?.includes(containerId) === true;
}

export function totalOf(parts: MemoryParts): number {
  return parts.anonBytes + parts.cacheBytes + parts.shmemBytes + parts.kernelBytes;
}

/** Memory that cannot be given back on demand: a full file cache is no want of memory. */
export function firmBytes({ memoryBytes, fileBytes, shmemBytes }: VitalsSample): number | undefined {
  if (memoryBytes === undefined) return undefined;
  return memoryBytes - Math.max(0, (fileBytes ?? 0) - (shmemBytes ?? 0));
}
