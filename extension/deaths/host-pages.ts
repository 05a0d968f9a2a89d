import type { DeathSummary } from '../../agent/domain/death.ts';
import type { ListResult } from '../../agent/domain/protocol.ts';

/** What is loaded of one host's list: its newest pages, and how the list goes on. */
export class HostPages {
  readonly #deaths = new Map<string, DeathSummary>();
  #nextCursor: number | undefined;
  #isLoaded = false;
  #lastChange = 0;
  #oldestAt = Number.POSITIVE_INFINITY;
  #oldestSequence = Number.POSITIVE_INFINITY;

  get isLoaded(): boolean {
    return this.#isLoaded;
  }

  /** Where the next page begins; `undefined` before the first page and after the last. */
  get nextCursor(): number | undefined {
    return this.#nextCursor;
  }

  get hasMore(): boolean {
    return this.#nextCursor !== undefined;
  }

  /** Everything up to this change of the store is in, as far as it lies within the pages. */
  get lastChange(): number {
    return this.#lastChange;
  }

  /** No death that is not loaded is newer than this. */
  get oldestAt(): number {
    return this.#oldestAt;
  }

  deaths(): Iterable<DeathSummary> {
    return this.#deaths.values();
  }

  get(id: string): DeathSummary | undefined {
    return this.#deaths.get(id);
  }

  newestSequence(): number {
    let newest = 0;
    for (const { sequence } of this.#deaths.values()) newest = Math.max(newest, sequence);
    return newest;
  }

  /** The first page replaces whatever was known; further ones continue it. */
  addPage({ deaths, nextCursor, lastChange }: ListResult, isFirst: boolean): void {
    if (isFirst) {
      this.#deaths.clear();
      this.#lastChange = lastChange;
      this.#oldestAt = Number.POSITIVE_INFINITY;
      this.#oldestSequence = Number.POSITIVE_INFINITY;
    }
    this.#isLoaded = true;
    this.#nextCursor = nextCursor;
    for (const death of deaths) {
      this.#put(death);
      this.#oldestAt = Math.min(this.#oldestAt, death.at);
      this.#oldestSequence = Math.min(this.#oldestSequence, death.sequence);
    }
  }

  /** New and revised deaths. Returns those that were not known in this form; older than the pages is left out. */
  apply(deaths: readonly DeathSummary[], lastChange: number): readonly DeathSummary[] {
    const news = deaths.filter((death) => {
      const known = this.#deaths.get(death.id);
      if (known !== undefined) return death.change > known.change;
      return !this.hasMore || death.sequence > this.#oldestSequence;
    });
    for (const death of news) this.#put(death);
    this.#lastChange = Math.max(this.#lastChange, lastChange);
    return news;
  }

  #put(death: DeathSummary): void {
    const known = this.#deaths.get(death.id);
    if (known === undefined || death.change >= known.change) this.#deaths.set(death.id, death);
  }
}
