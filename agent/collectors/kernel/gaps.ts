import type { Evidence, EvidenceGap, GapReason } from '../../domain/evidence.ts';
import type { RecordCounters } from '../../domain/health.ts';
import type { EpochUs } from '../../domain/time.ts';
import { RECORD_OF_PROGRAM } from './layout-constants.ts';

/** What the kernel side counted for one container as held back, by record kind. */
export interface SuppressedCount {
  readonly containerId: string;
  readonly run: string;
  readonly byKind: Readonly<Record<string, number>>;
}

const REQUEST = 'runtime_request';

const PREEMPTED_SINCE = 7;

/** What sees the data of a socket and can be preempted by another client. */
const PREEMPTED_PROGRAM = 'sk_data_ready';

/**
 * Elsewhere only an interrupt comes in between: on the way of a socket's data it brings a packet of the network, never
 * a client of a runtime, so nothing is missed.
 */
function missesClients(program: string, release: string): boolean {
  return program === PREEMPTED_PROGRAM && Number.parseInt(release, 10) >= PREEMPTED_SINCE;
}

/** Compares the kernel's counters with those of the look before and makes every loss a record. */
export class GapWatch {
  #lost = new Map<string, number>();
  #suppressed = new Map<string, number>();
  readonly #skipped = new Map<string, number>();
  #unseenRequests = 0;

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

  /** Requests of clients that were over their budget: of any container, and who asked is then not certain. */
  unseenRequests(counters: readonly RecordCounters[], at: EpochUs): Evidence[] {
    const count = counters.find(({ kind }) => kind === REQUEST)?.suppressed ?? 0;
    const more = count - this.#unseenRequests;
    if (more <= 0) return [];
    this.#unseenRequests = count;
    return [gap(at, undefined, undefined, { reason: 'rate_limited', lost: more, recordKinds: [REQUEST] })];
  }

  /**
   * Events that the kernel skipped because the program ran already: it was interrupted, or since Linux 7 another
   * process took its processor meanwhile. They may concern any container, or none.
   * @param release of the kernel, as `uname -r` has it
   */
  skipped(
    programs: readonly { readonly name: string; readonly recursionMisses: bigint }[],
    release: string,
    at: EpochUs,
  ): Evidence[] {
    const kinds = new Set<string>();
    let isUnknown = false;
    let total = 0;
    for (const { name, recursionMisses } of programs) {
      const misses = Number(recursionMisses);
      const more = misses - (this.#skipped.get(name) ?? 0);
      if (more <= 0) continue;
      this.#skipped.set(name, misses);
      const kind = RECORD_OF_PROGRAM.get(name);
      if (kind === REQUEST && !missesClients(name, release)) continue;
      if (kind === undefined) isUnknown = true;
      else kinds.add(kind);
      total += more;
    }
    const recordKinds = isUnknown ? [] : [...kinds];
    return total === 0 ? [] : [gap(at, undefined, undefined, { reason: 'recursion', lost: total, recordKinds })];
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
