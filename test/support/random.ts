/** xorshift32: small, and the same on every machine. Print the seed when a property fails. */
export class Random {
  #state: number;

  constructor(seed: number) {
    // 0 is the one state it never leaves.
    this.#state = seed >>> 0 === 0 ? 0x9e3779b9 : seed >>> 0;
    for (let warmUp = 0; warmUp < 8; warmUp += 1) this.next();
  }

  /** An integer from 0 to 2³² − 1. */
  next(): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x >>> 0;
    return this.#state;
  }

  below(limit: number): number {
    return this.next() % limit;
  }

  chance(percent: number): boolean {
    return this.below(100) < percent;
  }

  shuffled<T>(items: readonly T[]): T[] {
    const result = [...items];
    for (let index = result.length - 1; index > 0; index -= 1) {
      const other = this.below(index + 1);
      const [a, b] = [result[index], result[other]];
      if (a !== undefined && b !== undefined) [result[index], result[other]] = [b, a];
    }
    return result;
  }
}

/** From INQUEST_TEST_SEED, to repeat a run that failed; else a new one. */
export function testSeed(): number {
  const given = Number(process.env['INQUEST_TEST_SEED'] ?? '');
  return Number.isInteger(given) && given > 0 ? given : (Date.now() ^ (process.pid << 16)) >>> 0;
}
