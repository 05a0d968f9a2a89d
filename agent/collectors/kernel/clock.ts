import type { EpochUs } from '../../domain/time.ts';

const NS_PER_US = 1_000n;

/**
 * Turns CLOCK_BOOTTIME into wall-clock time with one offset for the agent's lifetime, so that records
 * keep their order and their distances when the wall clock is stepped.
 */
export class BootClock {
  readonly #offsetNs: bigint;

  /** @param offsetNs CLOCK_REALTIME minus CLOCK_BOOTTIME in nanoseconds */
  constructor(offsetNs: bigint) {
    this.#offsetNs = offsetNs;
  }

  toEpochUs(bootNs: bigint): EpochUs {
    return Number((bootNs + this.#offsetNs) / NS_PER_US);
  }
}
