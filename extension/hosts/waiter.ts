/** One wait at a time, cut short by `wake` or by the end of everything. Woken while nobody waits, the next wait is none. */
export class Waiter {
  #resolve: (() => void) | undefined;
  #isAwake = false;

  wake(): void {
    if (this.#resolve === undefined) this.#isAwake = true;
    else this.#resolve();
  }

  /** `at` in milliseconds of the Unix epoch. Resolves also when the signal aborts. */
  async until(at: number, signal: AbortSignal): Promise<void> {
    const timer = setTimeout(() => {
      this.wake();
    }, at - Date.now());
    try {
      await this.untilWoken(signal);
    } finally {
      clearTimeout(timer);
    }
  }

  async untilWoken(signal: AbortSignal): Promise<void> {
    if (signal.aborted || this.#isAwake) {
      this.#isAwake = false;
      return;
    }
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const done = (): void => {
      resolve(undefined);
    };
    this.#resolve = done;
    signal.addEventListener('abort', done, { once: true });
    try {
      await promise;
    } finally {
      signal.removeEventListener('abort', done);
      if (this.#resolve === done) this.#resolve = undefined;
    }
  }
}
