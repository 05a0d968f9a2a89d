import type { Evidence, EvidenceGap, GapReason } from '../../domain/evidence.ts';
import type { RecordCounters } from '../../domain/health.ts';
import type { EpochUs } from '../../domain/time.ts';

/** What the kernel side counted for one container as held back, by record kind. */
export interface SuppressedCount {
  readonly containerId: string;
  readonly run: string;
  readonly byKind: Readonly<Record<string, number>>;
}

/** Compares the kernel's counters with those of the look before and makes every loss a record. */
export class GapWatch {
  #lost = new Map<string, number>();
  #suppressed = new Map<string, number>();
  #recursion = 0;

  /** Records that never found room in a ring: they may concern any container. */
  lost(counters: readonly RecordCounters[], at: EpochUs): Evidence[] {
    const kinds: string[] = [];
    let total = 0;
    for (const { kind, lost } of counters) {
      const more = lost - (this.#lost.get(kind) ?? 0);
      if (more <= 0) continue;
      this.#lost.set(kind, lost);
      kinds.push(kind);
      total += more;
    }
    return total === 0 ? [] : [gap(at, undefined, undefined, { reason: 'ring_full', lost: total, recordKinds: kinds })];
  }

  /** Records that a container's own rate limit held back: they concern that container alone. */
  suppressed(counts: readonly SuppressedCount[], at: EpochUs): Evidence[] {
    return counts.flatMap(({ containerId, run, byKind }) => {
      const kinds: string[] = [];
      let total = 0;
      for (const [kind, count] of Object.entries(byKind)) {
        const key = `${run}/${kind}`;
        const more = count - (this.#suppressed.get(key) ?? 0);
        if (more <= 0) continue;
        this.#suppressed.set(key, count);
        kinds.push(kind);
        total += more;
      }
      if (total === 0) return [];
      return [
        gap(at, containerId, run, { reason: 'rate_limited', lost: total, recordKinds: kinds, flooder: containerId }),
      ];
    });
  }

  /** Records that the kernel skipped because a program interrupted itself. */
  recursion(misses: number, at: EpochUs): Evidence[] {
    const more = misses - this.#recursion;
    if (more <= 0) return [];
    this.#recursion = misses;
    return [gap(at, undefined, undefined, { reason: 'recursion', lost: more, recordKinds: [] })];
  }

  /** Counters of removed containers are of no more use. */
  forget(run: string): void {
    for (const key of this.#suppressed.keys()) if (key.startsWith(`${run}/`)) this.#suppressed.delete(key);
  }
}

export function gap(
  at: EpochUs,
  containerId: string | undefined,
  run: string | undefined,
  data: { reason: GapReason; lost: number; recordKinds: readonly string[]; flooder?: string },
): Evidence<EvidenceGap> {
  return {
    at,
    source: 'kernel',
    containerId,
    ...(run === undefined ? {} : { run }),
    data: { kind: 'evidence_gap', ...data },
  };
}
