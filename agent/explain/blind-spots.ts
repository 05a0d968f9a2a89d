import type { EvidenceGap } from '../domain/evidence.ts';
import type { Facts } from './facts.ts';
import { COUNTED, isDetail } from './facts.ts';
import type { Absence } from './finding.ts';

/**
 * Whether such a record may exist without having reached us: lost on the way, or made before the agent
 * was watching. A loss is noticed after it happened, so one noticed earlier hides nothing from then on;
 * and a container that runs thousands of programs loses records of those, not of who killed it.
 */
export function isBlindTo(facts: Facts, { of, since }: Absence): boolean {
  if (!facts.case.seenFromStart && facts.case.openedAt > since) return true;
  const gaps = of.some((kind) => isDetail(kind)) ? facts.allGaps : facts.gaps;
  return gaps.some(({ at, data }) => at >= since && of.some((kind) => mayHide(data, kind)));
}

function mayHide({ reason, recordKinds }: EvidenceGap, kind: string): boolean {
  // What the store could not take was seen all the same.
  if (reason === 'not_stored') return false;
  return !COUNTED.has(reason) || recordKinds.length === 0 || recordKinds.includes(kind);
}
