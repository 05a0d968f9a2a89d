/** Waiting times that double from `firstMs` to `lastMs`. */
export class Backoff {
  readonly #firstMs: number;
  readonly #lastMs: number;
  #nextMs: number;

  constructor(firstMs: number, lastMs: number) {
    this.#firstMs = firstMs;
    this.#lastMs = lastMs;
    this.#nextMs = firstMs;
  }

  next(): number {
    const current = this.#nextMs;
    this.#nextMs = Math.min(this.#lastMs, current * 2);
    return current;
  }

  reset(): void {
    this.#nextMs = this.#firstMs;
  }
}
