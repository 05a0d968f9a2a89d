import type { DeadContainer, RuntimeCollector } from '../domain/collector.ts';
import { messageOf } from '../domain/errors.ts';
import type { Evidence } from '../domain/evidence.ts';
import { US_PER_SECOND } from '../domain/time.ts';
import type { EpochUs } from '../domain/time.ts';
import type { DeathReader } from '../store/types.ts';
import type { Investigation } from './investigation.ts';
import type { Log } from './log.ts';

/** A runtime stamps an end when it has cleaned up, the kernel when it happens. */
const SAME_DEATH_US = 10 * US_PER_SECOND;

export interface ReconcileParts {
  readonly runtime: RuntimeCollector;
  readonly reader: DeathReader;
  readonly investigation: Investigation;
  readonly log: Log;
  /** Older ends are none of this store's business any more. */
  readonly notBefore: EpochUs;
  /** The kernel's log since a time, for ends that nobody watched. */
  readonly kernelLog: (since: EpochUs) => Promise<readonly Evidence[]>;
}

/**
 * Deaths that happened while no agent and no kernel program was watching: the runtime still has the
 * containers. What it remembers is recorded as what it is. Deaths that are known are left alone.
 * @returns how many were recorded
 */
export async function reconcile(parts: ReconcileParts): Promise<number> {
  const { runtime, log } = parts;
  let recorded = 0;
  const unknown: { dead: DeadContainer; at: EpochUs }[] = [];
  for (const dead of await runtime.dead()) {
    const at = endOf(dead);
    if (at === undefined || at < parts.notBefore || (await isKnown(parts, dead, at))) continue;
    unknown.push({ dead, at });
  }
  const oldest = Math.min(...unknown.map(({ at }) => at));
  const kernelLog = unknown.length === 0 ? [] : await parts.kernelLog(oldest - SAME_DEATH_US);
  for (const { dead, at } of unknown) {
    try {
      await record(parts, dead, at, kernelLog);
      recorded += 1;
    } catch (error) {
      log.warn(`the end of container ${dead.identity.id.slice(0, 12)} could not be reconstructed: ${messageOf(error)}`);
    }
  }
  return recorded;
}

function endOf({ state, identity }: DeadContainer): EpochUs | undefined {
  if (state.data.finishedAt !== undefined) return state.data.finishedAt;
  return (state.data.error ?? '') === '' ? undefined : identity.createdAt;
}

async function isKnown({ reader, investigation }: ReconcileParts, dead: DeadContainer, at: EpochUs): Promise<boolean> {
  const id = dead.identity.id;
  const open = investigation.book.latest(id);
  if (open !== undefined && (open.diedAt === undefined || Math.abs(open.diedAt - at) <= SAME_DEATH_US)) return true;
  const known = await reader.byContainer(id);
  return known.some((death) => Math.abs(death.at - at) <= SAME_DEATH_US || death.exit === undefined);
}

async function record(
  parts: ReconcileParts,
  dead: DeadContainer,
  at: EpochUs,
  kernelLog: readonly Evidence[],
): Promise<void> {
  const { investigation, runtime } = parts;
  const id = dead.identity.id;
  const tail = await runtime.logTail(id);
  investigation.book.identify(dead.identity);
  const file = investigation.book.openReconciled(id, at);
  file.add({ ...dead.state, at });
  for (const evidence of kernelLog) {
    if (evidence.containerId === id && Math.abs(evidence.at - at) <= SAME_DEATH_US) file.add(evidence);
  }
  file.add({
    at,
    source: 'agent',
    containerId: id,
    data: { kind: 'evidence_gap', reason: 'agent_down', lost: 0, recordKinds: [] },
  });
  if (tail !== undefined) file.add(tail);
  investigation.conclude();
}
