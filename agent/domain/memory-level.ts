import { isPodGroup } from './cgroup-path.ts';
import type { ContainerIdentity } from './container.ts';
import { displayText } from './display.ts';
import type { MemoryLevel } from './evidence.ts';
import { podOf } from './workload.ts';

/** From this share of its own limit on a container is what filled the pod around it. */
const FULL = 0.9;

/** The group of the pod around a container: right above it. `undefined` where it is in none. */
export function podLevel(levels: readonly MemoryLevel[], container: ContainerIdentity): MemoryLevel | undefined {
  const own = levels.findIndex(({ isContainer }) => isContainer);
  return own < 0 || podOf(container) === undefined ? undefined : levels[own + 1];
}

/**
 * The level whose limit decided an out-of-memory kill: the one that was reached. kubelet gives a pod the sum of its
 * containers' limits. Where only one has a limit, the pod's is the same and is reached first, because what holds the
 * pod together counts there, too: whoever set a limit set the container's. `undefined` where none was reached.
 */
export function decidingLevel(levels: readonly MemoryLevel[], container: ContainerIdentity): MemoryLevel | undefined {
  const reached = levels.find(({ reachedLimit }) => reachedLimit);
  if (reached === undefined || reached !== podLevel(levels, container)) return reached;
  const own = levels.find(({ isContainer }) => isContainer);
  return own?.limitBytes !== undefined && own.limitBytes === reached.limitBytes && isFull(own, own.limitBytes)
    ? own
    : reached;
}

function isFull({ usageBytes }: MemoryLevel, limitBytes: number): boolean {
  return usageBytes >= limitBytes * FULL;
}

/** `the pod`, or the group's own name in display form: for a group above a container. */
export function groupName(name: string, limit: number): string {
  return isPodGroup(name) ? 'the pod' : displayText(name, limit);
}
