import { US_PER_SECOND } from '../../agent/domain/time.ts';
import type { DeathEntry } from './entry.ts';
import { exitCodeText } from './words.ts';

/** Fewer of the same are coincidence, not a loop. */
export const LOOP_LEAST = 3;
/** Kubernetes waits up to five minutes between restarts; Docker one. */
const LOOP_GAP_US = 10 * 60 * US_PER_SECOND;

/** Deaths that are one restart loop, newest first, or a single one. */
export type Folded = readonly [DeathEntry, ...DeathEntry[]];

function loopKey({ hostId, death }: DeathEntry): string {
  // A wound is folded by the agent already.
  if (death.wound !== undefined) return `${hostId}\n${death.id}`;
  // The agent's own word for the same end of the same workload, also where a container was made anew.
  if (death.repetition !== undefined) return `${hostId}\n${death.repetition.signature}`;
  const who = death.containerName ?? death.containerId;
  return [hostId, who, death.image ?? '', death.cause, exitCodeText(death.exit)].join('\n');
}

/**
 * Folds what repeats: the same container with the same end, again and again within minutes. A loop stands where its
 * newest death would.
 *
 * @param entries newest first
 */
export function foldLoops(entries: readonly DeathEntry[]): readonly Folded[] {
  const runs: DeathEntry[][] = [];
  const open = new Map<string, DeathEntry[]>();
  for (const entry of entries) {
    const key = loopKey(entry);
    const run = open.get(key);
    const last = run?.at(-1);
    if (run !== undefined && last !== undefined && last.death.at - entry.death.at <= LOOP_GAP_US) {
      run.push(entry);
      continue;
    }
    const fresh = [entry];
    runs.push(fresh);
    open.set(key, fresh);
  }
  const folded = runs.flatMap((run): Folded[] => {
    const [first, ...rest] = run;
    if (first === undefined) return [];
    return run.length >= LOOP_LEAST ? [[first, ...rest]] : run.map((entry): Folded => [entry]);
  });
  return folded.toSorted(([a], [b]) => b.death.at - a.death.at || b.death.sequence - a.death.sequence);
}
