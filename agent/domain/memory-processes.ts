import type { MemoryHistory } from './memory-parts.ts';
import type { ProcessRef } from './process.ts';

/** A process of the last moments, with the memory it had. */
export interface BigProcess {
  readonly pid: number;
  /** With argv where its start was seen. */
  readonly process: ProcessRef | undefined;
  /** The kernel's name of the task. Raw: escape where shown. */
  readonly name: string;
  readonly rssBytes: number;
  /** Absent: not known, or of the host. */
  readonly containerId: string | undefined;
}

/** Longest time before the end at which single processes say something about it. */
const RECENT_US = 10_000_000;

/**
 * The biggest processes at the end, biggest first: as the kernel printed them when memory ran out, else as they were
 * sampled shortly before. Of a group above the container, or of the machine, they are those of everybody.
 */
export function biggestProcesses(history: MemoryHistory, at: number): readonly BigProcess[] {
  const programs = programsOf(history);
  for (const { data, at: when } of history.evidence.toReversed()) {
    if (data.kind !== 'kernel_log_oom' || data.processes === undefined || Math.abs(at - when) > RECENT_US) continue;
    return data.processes.map(({ pid, name, rssBytes, containerId }) => {
      const process = programs.get(pid);
      const own = process === undefined ? containerId : history.containerId;
      return { pid, process, name, rssBytes, containerId: own };
    });
  }
  const looked = history.vitals.findLast(({ processes }) => processes !== undefined);
  if (looked?.processes === undefined || at - looked.at > RECENT_US) return [];
  return looked.processes.map(({ pid, name, rssBytes }) => ({
    pid,
    process: programs.get(pid),
    name,
    rssBytes,
    containerId: history.containerId,
  }));
}

/** The last program that each pid of the container ran. */
function programsOf({ evidence }: MemoryHistory): ReadonlyMap<number, ProcessRef> {
  const programs = new Map<number, ProcessRef>();
  for (const { data } of evidence) if (data.kind === 'process_exec') programs.set(data.process.pid, data.process);
  return programs;
}
