export interface BackoffLimits {
  readonly minMs: number;
  readonly maxMs: number;
}

export const DEFAULT_BACKOFF: BackoffLimits = { minMs: 1_000, maxMs: 60_000 };

const GROWTH = 2;
const JITTER = 0.5;

/** Waits that double up to a limit, each shortened by up to half at random so that many clients do not come back at once. */
export class Backoff {
  readonly #limits: BackoffLimits;
  readonly #random: () => number;
  #nextMs: number;

  constructor(limits: BackoffLimits = DEFAULT_BACKOFF, random: () => number = Math.random) {
    this.#limits = limits;
    this.#random = random;
    this.#nextMs = limits.minMs;
  }

  /** Milliseconds to wait before the next attempt, never less than the smallest. */
  next(): number {
    const { minMs, maxMs } = this.#limits;
    const wait = this.#nextMs * (1 - JITTER * this.#random());
    this.#nextMs = Math.min(maxMs, this.#nextMs * GROWTH);
    return Math.max(minMs, wait);
  }

  reset(): void {
    this.#nextMs = this.#limits.minMs;
  }
}
