import type { Evidence } from '../../agent/domain/evidence.ts';
import type { EpochUs } from '../../agent/domain/time.ts';

/** The gap that stands for records that were made but never arrived, noticed within the second. */
export function gapFor(lost: readonly Evidence[], at: EpochUs): Evidence {
  const recordKinds = [...new Set(lost.map(({ data }) => data.kind))];
  return {
    at,
    source: 'kernel',
    containerId: undefined,
    data: { kind: 'evidence_gap', reason: 'ring_full', lost: lost.length, recordKinds },
  };
}
