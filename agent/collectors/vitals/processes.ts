import { readFileSync } from 'node:fs';
import type { ProcessMemory } from '../../domain/vitals.ts';

/** Processes looked at in one container, and kept of them. */
const LOOKED_AT = 64;
const KEPT = 5;
const PROCS_LIMIT = 16_384;
/** From this share of the limit on, memory that cannot be taken back is near its end. */
const NEAR = 0.7;
const NAME_LIMIT = 64;

export interface MemoryNow {
  readonly memoryBytes: number;
  readonly memoryLimitBytes: number;
  readonly fileBytes: number;
  readonly shmemBytes: number;
}

/**
 * Whether it is time to look at single processes. File cache is given back on demand, so that a container full of it
 * stays at its limit for months without a need to look.
 */
export function isNearLimit({ memoryBytes, memoryLimitBytes, fileBytes, shmemBytes }: MemoryNow): boolean {
  const cache = Math.max(0, (fileBytes || 0) - (shmemBytes || 0));
  return memoryLimitBytes > 0 && memoryBytes - cache >= memoryLimitBytes * NEAR;
}

/** The biggest processes of a cgroup. Costs some 10 µs for each that is looked at; none that is gone is an error. */
export function biggestProcesses(procsFile: string, pageBytes: number): readonly ProcessMemory[] {
  const pids = read(procsFile)
    .slice(0, PROCS_LIMIT)
    .split('\n')
    .filter((pid) => /^\d{1,10}$/.test(pid))
    .slice(0, LOOKED_AT);
  const sizes = pids
    .map((pid) => ({ pid, rssBytes: rssPages(pid) * pageBytes }))
    .filter(({ rssBytes }) => rssBytes > 0);
  return sizes
    .toSorted((a, b) => b.rssBytes - a.rssBytes)
    .slice(0, KEPT)
    .map(({ pid, rssBytes }) => ({ pid: Number(pid), name: nameOf(pid), rssBytes }));
}

/** Second field of statm. */
function rssPages(pid: string): number {
  return Number(read(`/proc/${pid}/statm`).split(' ', 2)[1] ?? '0') || 0;
}

function nameOf(pid: string): string {
  return read(`/proc/${pid}/comm`).trimEnd().slice(0, NAME_LIMIT);
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // Processes and groups end between any two looks.
    return '';
  }
}
