import type { DeathSummary } from '../../agent/domain/death.ts';
import type { ListParams, ListResult } from '../../agent/domain/protocol.ts';
import type { EpochUs } from '../../agent/domain/time.ts';
import { byTime, isPast } from './entry.ts';
import type { DeathEntry, DeathRef } from './entry.ts';
import { matches, NO_FILTER, toAgentFilter } from './filter.ts';
import type { Filter } from './filter.ts';
import { HostPages } from './host-pages.ts';
import { SeenDeaths } from './seen.ts';
import type { SeenState } from './seen.ts';

/** The first page is what a window opens with. */
export const PAGE_SIZE = 100;
/** As many as an agent gives at once: for whoever reads on, and for what changed meanwhile. */
export const LARGE_PAGE_SIZE = 500;
/** With a filter that only we can apply, pages may hold few hits; after so many a person is asked to go on. */
const MOST_PAGES_AT_ONCE = 10;

/** Where pages come from: a connected host. */
export interface PageSource {
  readonly hostId: string;
  readonly label: string;
  list(params: ListParams): Promise<ListResult>;
}

export interface SeenMemory {
  load(hostId: string): SeenState | undefined;
  save(hostId: string, state: SeenState): void;
}

export interface DeathListOptions {
  readonly now: () => EpochUs;
  readonly memory: SeenMemory;
  /** Something to show has changed. */
  readonly onChange: () => void;
}

class Host {
  readonly id: string;
  source: PageSource;
  /** Whatever the filter is: for the badge and for notifications. */
  readonly all = new HostPages();
  /** What passes the filter; the same as `all` without one. */
  shown = this.all;
  seen: SeenDeaths | undefined;
  /** One question after another: the answer to an older one must not come last. */
  queue: Promise<unknown> = Promise.resolve();

  constructor(source: PageSource) {
    this.id = source.hostId;
    this.source = source;
  }
}

/** The deaths of all hosts as far as they were asked for, with what of them was looked at. */
export class DeathList {
  readonly #options: DeathListOptions;
  readonly #hosts = new Map<string, Host>();
  #filter: Filter = NO_FILTER;
  /** Made when somebody looks, kept until something changes: several views look at the same moment. */
  #entries: readonly DeathEntry[] | undefined;
  #unseen: readonly DeathEntry[] | undefined;

  constructor(options: DeathListOptions) {
    this.#options = options;
  }

  get filter(): Filter {
    return this.#filter;
  }

  /** Whether any host's first page is here. */
  get isLoaded(): boolean {
    return [...this.#hosts.values()].some(({ shown }) => shown.isLoaded);
  }

  get hasMore(): boolean {
    return [...this.#hosts.values()].some(({ shown }) => shown.hasMore);
  }

  /** A host is connected, again perhaps. Returns what died meanwhile; nothing at the first time. */
  async connect(source: PageSource): Promise<readonly DeathEntry[]> {
    const known = this.#hosts.get(source.hostId);
    if (known !== undefined) {
      known.source = source;
      return await this.catchUp(source.hostId);
    }
    const host = new Host(source);
    this.#hosts.set(source.hostId, host);
    await this.#enqueue(host, () => this.#reload(host));
    return [];
  }

  /** Forgets a host that is no longer configured. */
  remove(hostId: string): void {
    if (this.#hosts.delete(hostId)) this.#changed();
  }

  /**
   * Reads what changed since the last look; a notification only says that something did. Returns the new deaths,
   * without revisions, whatever the filter is.
   */
  async catchUp(hostId: string): Promise<readonly DeathEntry[]> {
    const host = this.#hosts.get(hostId);
    return host === undefined ? [] : await this.#enqueue(host, () => this.#readChanges(host));
  }

  /** Reads everything anew. */
  async refresh(): Promise<void> {
    await Promise.all([...this.#hosts.values()].map((host) => this.#enqueue(host, () => this.#reload(host))));
  }

  async setFilter(filter: Filter): Promise<void> {
    this.#filter = filter;
    this.#changed();
    await this.refresh();
  }

  /** Reads on where the list of all hosts ends, until at least one more death can be shown. */
  async loadMore(): Promise<void> {
    const before = this.entries().length;
    for (let page = 0; page < MOST_PAGES_AT_ONCE && this.entries().length === before; page += 1) {
      const host = this.#nextToLoad();
      if (host === undefined) break;
      await this.#enqueue(host, () => this.#readPage(host));
    }
    this.#changed();
  }

  /**
   * What can be shown, newest first. Where one host has older pages that were not read, nothing older than them is shown of any
   * host: a list with holes would lie.
   */
  entries(): readonly DeathEntry[] {
    this.#entries ??= this.#collect();
    return this.#entries;
  }

  #collect(): readonly DeathEntry[] {
    const frontier = this.#frontier();
    const entries: DeathEntry[] = [];
    for (const host of this.#hosts.values()) {
      for (const death of host.shown.deaths()) {
        if (death.at >= frontier && !isPast(death) && this.#passes(host, death))
          entries.push({ hostId: host.id, death });
      }
    }
    return entries.sort(byTime);
  }

  find({ hostId, deathId }: DeathRef): DeathEntry | undefined {
    const host = this.#hosts.get(hostId);
    const death = host?.shown.get(deathId) ?? host?.all.get(deathId);
    return death === undefined ? undefined : { hostId, death };
  }

  isSeen({ hostId, death }: DeathEntry): boolean {
    return this.#hosts.get(hostId)?.seen?.has(death.sequence) ?? true;
  }

  unseen(): readonly DeathEntry[] {
    this.#unseen ??= [...this.#hosts.values()].flatMap((host) =>
      [...host.all.deaths()]
        .filter((death) => !isPast(death) && host.seen?.has(death.sequence) === false)
        .map((death) => ({ hostId: host.id, death })),
    );
    return this.#unseen;
  }

  markSeen(entries: readonly DeathEntry[]): void {
    let changed = false;
    for (const { hostId, death } of entries) {
      const host = this.#hosts.get(hostId);
      if (host?.seen?.add([death.sequence]) !== true) continue;
      this.#options.memory.save(hostId, host.seen.toState());
      changed = true;
    }
    if (changed) this.#changed();
  }

  markAllSeen(): void {
    for (const { id, all, seen } of this.#hosts.values()) {
      if (seen === undefined) continue;
      seen.addAllUpTo(all.newestSequence());
      this.#options.memory.save(id, seen.toState());
    }
    this.#changed();
  }

  #forget(): void {
    this.#entries = undefined;
    this.#unseen = undefined;
  }

  #changed(): void {
    this.#forget();
    this.#options.onChange();
  }

  async #enqueue<T>(host: Host, work: () => Promise<T>): Promise<T> {
    const mine = host.queue.then(work, work).finally(() => {
      this.#forget();
    });
    host.queue = mine.catch(() => undefined);
    return await mine;
  }

  #passes(host: Host, death: DeathSummary): boolean {
    const entry = { hostId: host.id, death };
    return matches(this.#filter, entry, host.source.label, this.isSeen(entry));
  }

  #frontier(): number {
    let frontier = Number.NEGATIVE_INFINITY;
    for (const { shown } of this.#hosts.values()) if (shown.hasMore) frontier = Math.max(frontier, shown.oldestAt);
    return frontier;
  }

  #nextToLoad(): Host | undefined {
    const behind = [...this.#hosts.values()].filter(({ shown }) => shown.hasMore);
    return behind.toSorted((a, b) => b.shown.oldestAt - a.shown.oldestAt)[0];
  }

  async #reload(host: Host): Promise<void> {
    const filter = toAgentFilter(this.#filter);
    const page = await host.source.list({ limit: PAGE_SIZE });
    host.all.addPage(page, true);
    this.#meet(host, page);
    if (filter === undefined) {
      host.shown = host.all;
    } else {
      const filtered = await host.source.list({ limit: PAGE_SIZE, filter });
      host.shown = new HostPages();
      host.shown.addPage(filtered, true);
    }
    this.#changed();
  }

  async #readPage({ source, shown }: Host): Promise<void> {
    const cursor = shown.nextCursor;
    if (cursor === undefined) return;
    const filter = toAgentFilter(this.#filter);
    shown.addPage(
      await source.list({ limit: LARGE_PAGE_SIZE, cursor, ...(filter !== undefined && { filter }) }),
      false,
    );
  }

  async #readChanges(host: Host): Promise<readonly DeathEntry[]> {
    const { all, shown, source } = host;
    if (!all.isLoaded) {
      await this.#reload(host);
      return [];
    }
    const newest = all.newestSequence();
    const fresh: DeathSummary[] = [];
    let after = all.lastChange;
    for (let page = 0; ; page += 1) {
      const { deaths, nextCursor, lastChange } = await source.list({ changedAfter: after, limit: LARGE_PAGE_SIZE });
      if (lastChange < after || page === MOST_PAGES_AT_ONCE) {
        // Another store, or more than anybody wants to catch up with: begin anew.
        await this.#reload(host);
        break;
      }
      all.apply(deaths, nextCursor ?? lastChange);
      if (shown !== all) {
        const wanted = deaths.filter((death) => shown.get(death.id) !== undefined || this.#passes(host, death));
        shown.apply(wanted, nextCursor ?? lastChange);
      }
      fresh.push(...deaths.filter(({ sequence }) => sequence > newest));
      if (nextCursor === undefined) break;
      after = nextCursor;
    }
    this.#changed();
    return fresh.map((death) => ({ hostId: host.id, death }));
  }

  /** What of a host was seen is known as soon as its first page is. */
  #meet(host: Host, { deaths, lastChange }: ListResult): void {
    if (host.seen === undefined) {
      const kept = this.#options.memory.load(host.id);
      host.seen = kept === undefined ? SeenDeaths.firstContact(deaths, this.#options.now()) : new SeenDeaths(kept);
    }
    // Every death has a change number at least as high as its sequence number.
    host.seen.restartIfBeyond(lastChange);
    this.#options.memory.save(host.id, host.seen.toState());
  }
}
