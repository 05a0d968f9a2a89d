import { causeFamily } from '../domain/causes.ts';
import type { ContainerIdentity } from '../domain/container.ts';
import type { Verdict } from '../domain/death.ts';
import { processName } from '../domain/process.ts';
import { podOf } from '../domain/workload.ts';

const PAUSE_PROGRAMS: ReadonlySet<string> = new Set(['pause', 'catatonit']);

/**
 * A pod's pause container ends whenever the pod does, and that is no news. When something else ended it, it
 * took the pod's network along: that is told.
 */
export function isWorthTelling({
  container,
  verdict,
}: {
  readonly container: ContainerIdentity;
  readonly verdict: Verdict;
}): boolean {
  const { cause } = verdict;
  const asAsked = causeFamily(cause) === 'stop' || cause === 'kill.runtime' || cause === 'exit.success';
  return !(asAsked && isSandbox(container, verdict));
}

/** By the runtime's word; until it has come, by the program. A container of its own that is called so is told then. */
function isSandbox(container: ContainerIdentity, { victim }: Verdict): boolean {
  if (container.source === 'runtime') return container.isSandbox === true;
  return podOf(container) !== undefined && victim?.isMain === true && PAUSE_PROGRAMS.has(processName(victim.process));
}
