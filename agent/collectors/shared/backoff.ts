/** Waiting times that double from `firstMs` to `lastMs`, each longer by up to `jitter` of itself. */
export class Backoff {
  readonly #firstMs: number;
  readonly #lastMs: number;
  readonly #jitter: number;
  #nextMs: number;

  constructor(firstMs: number, lastMs: number, jitter = 0) {
    this.#jitter = jitter;
    this.#firstMs = firstMs;
    this.#lastMs = lastMs;
    this.#nextMs = firstMs;
  }

  next(): number {
    const current = this.#nextMs;
    this.#nextMs = Math.min(this.#lastMs, current * 2);
    return Math.round(current * (1 + Math.random() * this.#jitter));
  }

  reset(): void {
    this.#nextMs = this.#firstMs;
  }
}
