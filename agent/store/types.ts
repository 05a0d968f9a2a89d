import type { Death, DeathSummary, Revision, Verdict } from '../domain/death.ts';
import type { EvidenceOf } from '../domain/evidence.ts';
import type { StoreHealth } from '../domain/health.ts';
import type { ListParams, ListResult } from '../domain/protocol.ts';
import type { EpochUs } from '../domain/time.ts';

export interface StoreOptions {
  /** Created with mode 0700 when it does not exist. */
  readonly directory: string;
  readonly host: string;
  /** Counted from the day a death came to be known, so that an old one found by reconciliation is kept as long. */
  readonly retentionDays: number;
  /** Bound on the used pages of the database. */
  readonly retentionBytes: number;
  readonly now?: () => EpochUs;
  /** Deaths kept per container, see `quotaKey`. */
  readonly deathsPerContainer?: number;
  /** Milliseconds between looks at what is too old or too much; 0 for never. */
  readonly retentionIntervalMs?: number;
  /** Module of the reader thread, where it does not lie beside this one. */
  readonly workerUrl?: URL;
  /** Milliseconds until a query is given up. */
  readonly queryTimeoutMs?: number;
  readonly queue?: Partial<QueueLimits>;
}

/** Bounds and pace of what waits in memory while the disk does not take it. */
export interface QueueLimits {
  readonly deaths: number;
  readonly bytes: number;
  readonly firstRetryMs: number;
  readonly longestRetryMs: number;
}

/** What happened when the store was opened, to be told to the user where it is not the ordinary. */
export interface OpenedStore {
  readonly created: boolean;
  readonly migratedFrom: number | undefined;
  /** Where a damaged database was moved to; its deaths are not in this store. */
  readonly recoveredFrom: string | undefined;
  /** The host this database was made on, when it is not this one. */
  readonly movedFrom: string | undefined;
}

export interface RecordedDeath {
  readonly sequence: number;
  readonly change: number;
  readonly isNew: boolean;
  readonly revision: number;
  /** False when the store had it already: the numbers are those of before and nobody is told. */
  readonly changed: boolean;
}

export type RecordedListener = (death: Death, recorded: RecordedDeath) => void;

export interface OutboxEntry {
  readonly change: number;
  readonly deathId: string;
  readonly createdAt: EpochUs;
}

/** Changes that an output has not confirmed yet. A death is entered in the transaction that writes it. */
export interface Outbox {
  /** From now on every change is kept for the topic. Survives restarts; registering twice does nothing. */
  register(topic: string): void;
  /** Forgets the topic and what waits for it. */
  unregister(topic: string): void;
  /** Oldest first. */
  pending(topic: string, limit: number): readonly OutboxEntry[];
  acknowledge(topic: string, upToChange: number): void;
  /** Entries that retention removed before they were acknowledged. */
  dropped(topic: string): number;
}

export interface RetentionResult {
  readonly deleted: number;
  /** Another batch is worth running at once. */
  readonly more: boolean;
}

/** Where deaths are kept. One per directory and machine; writes are synchronous and durable. */
export interface DeathStore {
  readonly path: string;
  readonly opened: OpenedStore;
  readonly outbox: Outbox;
  readonly reader: DeathReader;
  /**
   * Writes a death or a new revision of it; durable when it returns.
   * @throws InquestError `store-full`, `store-failed`, `store-corrupt`, or `bad-usage` for what is no death
   */
  record(death: Death): RecordedDeath;
  /** The same for several in one transaction: all or none. */
  recordAll(deaths: readonly Death[]): readonly RecordedDeath[];
  /** What is kept of a death, for whoever is about to revise it. */
  current(id: string): Death | undefined;
  /** Wounds whose container has not ended, newest first; of one container where it is named. */
  openWounds(containerId?: string): readonly Death[];
  recordGap(gap: EvidenceOf<'evidence_gap'>): void;
  /** Queues a death: written on the next turn of the event loop, or later when the disk does not take it. */
  submit(death: Death): void;
  submitGap(gap: EvidenceOf<'evidence_gap'>): void;
  /** Called after the commit, for deaths that were submitted. Must not throw. Returns how to stop it. */
  onRecorded(listener: RecordedListener): () => void;
  /** Why writes or retention fail at the moment, for a person. */
  problem(): string | undefined;
  /** Deaths that wait in memory. */
  waiting(): number;
  /** One short batch; runs by itself every `retentionIntervalMs`. */
  retain(): RetentionResult;
  /** Writes what still waits if it can, and says how many deaths it had to leave. */
  close(): Promise<{ readonly unwritten: number }>;
}

export type FindResult =
  | { readonly kind: 'found'; readonly death: Death }
  | { readonly kind: 'none' }
  | { readonly kind: 'ambiguous'; readonly candidates: readonly DeathSummary[] };

/** A revision as it was, with everything it said. */
export interface KeptRevision extends Revision {
  readonly change: number;
  readonly verdict: Verdict;
}

/** Reads, served by a thread of their own. Reject with InquestError `timeout`, `store-failed` or `store-corrupt`. */
export interface DeathReader {
  /** Newest first by sequence; with `changedAfter` by change, oldest first. Pages have at most 500 deaths. */
  list(params: ListParams): Promise<ListResult>;
  get(id: string): Promise<Death | undefined>;
  /** By death id, container name (its newest death), container id or a prefix of at least 4 hex digits, in this order. */
  find(query: string): Promise<FindResult>;
  /** Newest first, at most 500. */
  byContainer(containerId: string): Promise<readonly DeathSummary[]>;
  /** Oldest first, both ends included. */
  gaps(since: EpochUs, until: EpochUs): Promise<readonly EvidenceOf<'evidence_gap'>[]>;
  revisions(id: string): Promise<readonly KeptRevision[]>;
  stats(): Promise<StoreHealth>;
}
