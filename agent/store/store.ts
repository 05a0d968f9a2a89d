import type { DatabaseSync } from 'node:sqlite';
import type { Death } from '../domain/death.ts';
import type { EvidenceOf } from '../domain/evidence.ts';
import type { EpochUs } from '../domain/time.ts';
import type { Ballast } from './ballast.ts';
import type { PreparedDeath } from './body.ts';
import { prepareDeath } from './body.ts';
import { DeathRemover } from './death-remover.ts';
import { DeathWriter } from './death-writer.ts';
import { DurableQueue } from './durable-queue.ts';
import { GapTable } from './gaps.ts';
import { OpenWounds } from './open-wounds.ts';
import { OutboxTable } from './outbox.ts';
import type { WorkerReader } from './reader.ts';
import { RepetitionTable } from './repetition-table.ts';
import { Retention } from './retention.ts';
import { RetentionTimer } from './retention-timer.ts';
import { toStoreError } from './sqlite-errors.ts';
import { inTransaction } from './transaction.ts';
import type {
  DeathReader,
  DeathStore,
  OpenedStore,
  QueueLimits,
  RecordedDeath,
  RecordedListener,
  RetentionResult,
} from './types.ts';

/** How long a full disk may hold up everything else at once; the timer goes on with the rest. */
const EMERGENCY_MS = 500;

export interface StoreParts {
  readonly path: string;
  readonly opened: OpenedStore;
  readonly database: DatabaseSync;
  readonly lock: DatabaseSync;
  readonly ballast: Ballast;
  readonly reader: WorkerReader;
  readonly now: () => EpochUs;
  readonly quota: number;
  readonly queue: QueueLimits;
  readonly retention: { readonly days: number; readonly bytes: number; readonly intervalMs: number };
}

export class SqliteDeathStore implements DeathStore {
  readonly path: string;
  readonly opened: OpenedStore;
  readonly outbox: OutboxTable;
  readonly #database: DatabaseSync;
  readonly #lock: DatabaseSync;
  readonly #ballast: Ballast;
  readonly #reader: WorkerReader;
  readonly #gaps: GapTable;
  readonly #openWounds: OpenWounds;
  readonly #writer: DeathWriter;
  readonly #retention: Retention;
  readonly #timer: RetentionTimer;
  readonly #queue: DurableQueue;
  #closing: Promise<{ readonly unwritten: number }> | undefined;

  constructor(parts: StoreParts) {
    const { database, now } = parts;
    this.path = parts.path;
    this.opened = parts.opened;
    this.#database = database;
    this.#lock = parts.lock;
    this.#ballast = parts.ballast;
    this.#reader = parts.reader;
    this.#reader.describeProblem(() => this.problem());
    this.outbox = new OutboxTable(database, now);
    this.#gaps = new GapTable(database);
    this.#openWounds = new OpenWounds(database);
    const remover = new DeathRemover(database);
    this.#writer = new DeathWriter(database, {
      now,
      outbox: this.outbox,
      remover,
      repetitions: new RepetitionTable(database),
      quota: parts.quota,
    });
    const { days, bytes, intervalMs } = parts.retention;
    this.#retention = new Retention(database, remover, this.#gaps, { days, bytes, now });
    this.#timer = new RetentionTimer(() => this.retain(), intervalMs);
    this.#queue = new DurableQueue(
      {
        write: (batch) => this.#write(batch),
        writeGap: (gap) => {
          this.recordGap(gap);
        },
        makeRoom: () => {
          this.#makeRoom();
        },
      },
      parts.queue,
      now,
    );
  }

  get reader(): DeathReader {
    return this.#reader;
  }

  record(death: Death): RecordedDeath {
    const prepared = prepareDeath(death);
    return this.#attempt('record a death', () => inTransaction(this.#database, () => this.#writer.write(prepared)));
  }

  recordAll(deaths: readonly Death[]): readonly RecordedDeath[] {
    return this.#write(deaths.map(prepareDeath));
  }

  current(id: string): Death | undefined {
    return this.#attempt('read a death', () => this.#writer.current(id));
  }

  openWounds(containerId?: string): readonly Death[] {
    return this.#attempt('read wounds', () => this.#openWounds.of(containerId));
  }

  recordGap(gap: EvidenceOf<'evidence_gap'>): void {
    this.#attempt('record a gap', () => {
      inTransaction(this.#database, () => {
        this.#gaps.add(gap);
      });
    });
  }

  submit(death: Death): void {
    this.#queue.submit(prepareDeath(death));
  }

  submitGap(gap: EvidenceOf<'evidence_gap'>): void {
    this.#queue.submitGap(gap);
  }

  onRecorded(listener: RecordedListener): () => void {
    return this.#queue.onRecorded(listener);
  }

  problem(): string | undefined {
    return this.#queue.problem() ?? this.#timer.problem();
  }

  waiting(): number {
    return this.#queue.length;
  }

  retain(): RetentionResult {
    return this.#attempt('remove old deaths', () => {
      const result = this.#retention.runBatch();
      if (!result.more) this.#ballast.restore();
      return result;
    });
  }

  close(): Promise<{ readonly unwritten: number }> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<{ readonly unwritten: number }> {
    this.#timer.stop();
    const unwritten = this.#queue.close();
    // The reader goes first: the last connection to close folds the log into the database and removes it.
    await this.#reader.close();
    this.#database.close();
    this.#lock.close();
    return { unwritten };
  }

  #write(batch: readonly PreparedDeath[]): readonly RecordedDeath[] {
    return this.#attempt('record deaths', () =>
      inTransaction(this.#database, () => batch.map((prepared) => this.#writer.write(prepared))),
    );
  }

  /** Retention as it is set. The log is emptied in between, or it would grow by what is deleted. */
  #makeRoom(): void {
    this.#attempt('make room', () => {
      this.#ballast.release();
      this.#emptyLog();
      const end = performance.now() + EMERGENCY_MS;
      let more = true;
      while (more && performance.now() < end) {
        more = this.#retention.runBatch().more;
        this.#emptyLog();
      }
      if (more) this.#timer.soon();
      else this.#ballast.restore();
    });
  }

  #emptyLog(): void {
    this.#database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  }

  #attempt<T>(doing: string, work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw toStoreError(error, doing);
    }
  }
}
