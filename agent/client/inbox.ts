const CAPACITY = 10_000;

/** Hands items over to one taker, in order. Keeps so many; beyond, it keeps only that there were more. */
export class Inbox<T> {
  readonly #overflow: T;
  #items: T[] = [];
  #overflowed = false;
  #ended = false;
  #reason: Error | undefined;
  #wake: (() => void) | undefined;

  /** `overflow` is handed over once in place of what did not fit. */
  constructor(overflow: T) {
    this.#overflow = overflow;
  }

  /** Why it ended. */
  get reason(): Error | undefined {
    return this.#reason;
  }

  put(item: T): void {
    if (this.#ended) return;
    if (this.#items.length < CAPACITY && !this.#overflowed) this.#items.push(item);
    else this.#overflowed = true;
    this.#wake?.();
  }

  end(reason: Error | undefined): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#reason = reason;
    this.#wake?.();
  }

  /** The next item, when there is one; `undefined` once it has ended. What was left then is dropped. */
  async take(): Promise<T | undefined> {
    for (;;) {
      if (this.#ended) return undefined;
      const item = this.#items.shift();
      if (item !== undefined) return item;
      if (this.#overflowed) {
        this.#overflowed = false;
        return this.#overflow;
      }
      const { promise, resolve } = Promise.withResolvers<undefined>();
      this.#wake = () => {
        resolve(undefined);
      };
      await promise;
    }
  }
}
