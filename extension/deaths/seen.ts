import type { DeathSummary } from '../../agent/domain/death.ts';
import { US_PER_SECOND } from '../../agent/domain/time.ts';
import type { EpochUs } from '../../agent/domain/time.ts';

/** What is kept of one host: everything up to `floor` is seen, and so are these above it. */
export interface SeenState {
  readonly floor: number;
  readonly above: readonly number[];
}

/** Deaths of the last hour are news to somebody who connects for the first time; older ones are history. */
const NEWS_US = 3_600 * US_PER_SECOND;
const MAX_ABOVE = 1_000;

/** Which deaths of one host were looked at, by their store's sequence numbers. */
export class SeenDeaths {
  #floor: number;
  #above: Set<number>;

  constructor(state: SeenState) {
    this.#floor = state.floor;
    this.#above = new Set(state.above.filter((sequence) => sequence > state.floor));
  }

  /** For a host that was never connected before. `newest` is the first page, newest first. */
  static firstContact(newest: readonly Pick<DeathSummary, 'sequence' | 'at'>[], now: EpochUs): SeenDeaths {
    const news = newest.filter(({ at }) => now - at < NEWS_US).map(({ sequence }) => sequence);
    const all = newest.map(({ sequence }) => sequence);
    const floor = news.length > 0 ? Math.min(...news) - 1 : Math.max(0, ...all);
    return new SeenDeaths({ floor, above: [] });
  }

  has(sequence: number): boolean {
    return sequence <= this.#floor || this.#above.has(sequence);
  }

  /** Returns whether any of them was news. */
  add(sequences: Iterable<number>): boolean {
    const size = this.#above.size;
    for (const sequence of sequences) if (sequence > this.#floor) this.#above.add(sequence);
    const grew = this.#above.size > size;
    this.#compact();
    return grew;
  }

  /** Everything up to this number is seen. */
  addAllUpTo(sequence: number): void {
    this.#floor = Math.max(this.#floor, sequence);
    this.#above = new Set([...this.#above].filter((kept) => kept > this.#floor));
  }

  /** The host has another store, whose numbers start again. */
  restartIfBeyond(newest: number): void {
    if (newest >= this.#floor) return;
    this.#floor = 0;
    this.#above.clear();
  }

  toState(): SeenState {
    return { floor: this.#floor, above: [...this.#above].sort((a, b) => a - b) };
  }

  #compact(): void {
    while (this.#above.delete(this.#floor + 1)) this.#floor += 1;
    if (this.#above.size <= MAX_ABOVE) return;
    const sorted = [...this.#above].sort((a, b) => a - b);
    this.addAllUpTo(sorted[sorted.length - MAX_ABOVE - 1] ?? this.#floor);
  }
}
