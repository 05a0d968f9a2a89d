interface Disposable {
  dispose(): unknown;
}

/** Things that end together, the last first. What comes after the end is disposed of at once. */
export class Disposables implements Disposable {
  #items: Disposable[] = [];
  #isDisposed = false;

  push<T extends Disposable>(item: T): T {
    if (this.#isDisposed) item.dispose();
    else this.#items.push(item);
    return item;
  }

  /** For what is undone by a call. */
  defer(undo: () => void): void {
    this.push({ dispose: undo });
  }

  /** Ends what is there; new things may come. */
  clear(): void {
    const items = this.#items;
    this.#items = [];
    for (const item of items.reverse()) item.dispose();
  }

  dispose(): void {
    this.#isDisposed = true;
    this.clear();
  }
}
