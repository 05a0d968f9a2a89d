import type { EvidenceOf } from '../domain/evidence.ts';
import type { EpochUs } from '../domain/time.ts';
import type { PreparedDeath } from './body.ts';
import { prepareDeath } from './body.ts';
import { quotaKey } from './columns.ts';
import { mergeDeaths } from './merge.ts';
import type { QueueLimits } from './types.ts';

type Gap = EvidenceOf<'evidence_gap'>;

const MAX_GAPS = 1_000;

/** What waits to be written, in order and bounded. What must be dropped is counted and becomes a gap. */
export class Backlog {
  readonly #limits: QueueLimits;
  readonly #now: () => EpochUs;
  #entries: PreparedDeath[] = [];
  #gaps: Gap[] = [];
  #bytes = 0;
  #lost = 0;
  #lostSince: EpochUs = 0;
  readonly #lostKinds = new Set<string>();

  constructor(limits: QueueLimits, now: () => EpochUs) {
    this.#limits = limits;
    this.#now = now;
  }

  get length(): number {
    return this.#entries.length;
  }

  get lost(): number {
    return this.#lost;
  }

  get isEmpty(): boolean {
    return this.#entries.length === 0 && this.#gaps.length === 0 && this.#lost === 0;
  }

  /** With `collapse` a revision joins an entry of the same death instead of taking a place of its own. */
  add(prepared: PreparedDeath, { collapse }: { collapse: boolean }): void {
    const index = collapse ? this.#entries.findLastIndex(({ death }) => death.id === prepared.death.id) : -1;
    const waiting = this.#entries[index];
    if (waiting === undefined) {
      this.#entries.push(prepared);
      this.#bytes += prepared.json.length;
    } else {
      const joined = prepareDeath(mergeDeaths(waiting.death, prepared.death, this.#now()));
      this.#entries[index] = joined;
      this.#bytes += joined.json.length - waiting.json.length;
    }
    while (this.#entries.length > this.#limits.deaths || this.#bytes > this.#limits.bytes) this.#dropOne();
  }

  addGap(gap: Gap): void {
    this.#gaps.push(gap);
    if (this.#gaps.length <= MAX_GAPS) return;
    this.#gaps.shift();
    this.#count('evidence_gap');
  }

  first(count: number): readonly PreparedDeath[] {
    return this.#entries.slice(0, count);
  }

  written(count: number): void {
    this.#take(0, count);
  }

  /** Gives up the first entry. */
  reject(): void {
    this.#take(0, 1);
    this.#count('death');
  }

  /** The gap made of what was dropped comes first: it is the most telling one. */
  firstGap(): Gap | undefined {
    if (this.#lost === 0) return this.#gaps[0];
    const recordKinds = [...this.#lostKinds];
    return {
      at: this.#lostSince,
      source: 'agent',
      containerId: undefined,
      data: { kind: 'evidence_gap', reason: 'not_stored', lost: this.#lost, recordKinds },
    };
  }

  /** Nothing can be added between `firstGap` and this: both happen in one turn. */
  gapWritten(gap: Gap): void {
    if (gap === this.#gaps[0]) {
      this.#gaps.shift();
      return;
    }
    this.#lost = 0;
    this.#lostKinds.clear();
  }

  #take(index: number, count: number): void {
    for (const { json } of this.#entries.splice(index, count)) this.#bytes -= json.length;
  }

  #count(kind: string): void {
    if (this.#lost === 0) this.#lostSince = this.#now();
    this.#lost += 1;
    this.#lostKinds.add(kind);
  }

  /** The oldest death of whoever has the most waiting: a crash loop must not push out anybody else. */
  #dropOne(): void {
    const counts = new Map<string, number>();
    for (const { death } of this.#entries) {
      const key = quotaKey(death);
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    const most = Math.max(...counts.values());
    const index = this.#entries.findIndex(({ death }) => counts.get(quotaKey(death)) === most);
    this.#take(index, 1);
    this.#count('death');
  }
}
