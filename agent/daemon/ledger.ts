import type { Death } from '../domain/death.ts';
import { messageOf } from '../domain/errors.ts';
import type { DeathStore } from '../store/types.ts';
import type { Log } from './log.ts';

/** The way of a death to disk: at once and together where the disk takes it, in order from memory where it does not. */
export class Ledger {
  readonly #store: DeathStore;
  readonly #log: Log;
  readonly #listeners = new Set<() => void>();

  constructor(store: DeathStore, log: Log) {
    this.#store = store;
    this.#log = log;
    store.onRecorded(() => {
      this.#announce();
    });
  }

  /**
   * Durable when it returns, so that the kernel's ring may forget the records behind it. When the store
   * cannot write, the deaths wait in memory and the store tries again by itself.
   */
  record(deaths: readonly Death[]): void {
    if (this.#store.waiting() > 0) {
      this.#queue(deaths);
      return;
    }
    try {
      this.#store.recordAll(deaths);
    } catch (error) {
      this.#log.error(`deaths could not be written and wait in memory: ${messageOf(error)}`);
      this.#queue(deaths);
      return;
    }
    this.#announce();
  }

  onChanged(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  #queue(deaths: readonly Death[]): void {
    for (const death of deaths) this.#store.submit(death);
  }

  #announce(): void {
    for (const listener of this.#listeners) listener();
  }
}
