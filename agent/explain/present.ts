import type { DeathEvidence } from '../domain/death.ts';
import type { Evidence, EvidenceOf } from '../domain/evidence.ts';
import { isKind } from '../domain/evidence.ts';
import type { EpochUs } from '../domain/time.ts';
import { describe } from './describe.ts';
import type { Facts } from './facts.ts';
import { enrichEvidence } from './process-table.ts';
import { isRuntimeInit } from './senders.ts';

/** What is worth keeping with the death: named processes, without the runtime's own helpers that prepared the container. */
export function present(evidence: readonly Evidence[], facts: Facts): DeathEvidence[] {
  const firstExec = facts.execs[0]?.at ?? 0;
  return evidence
    .filter((item) => !(isKind(item, 'process_exit') && isPreparation(item, firstExec)))
    .filter((item) => !(isKind(item, 'process_exec') && isRuntimeInit(item)))
    .map((item) => enrichEvidence(item, facts.processes))
    .map((item) => ({ ...item, text: describe(item, facts.container.outer) }));
}

function isPreparation({ at, data }: EvidenceOf<'process_exit'>, firstExec: EpochUs): boolean {
  return at < firstExec && !data.isMain && data.status.kind === 'exited' && data.status.code === 0;
}
