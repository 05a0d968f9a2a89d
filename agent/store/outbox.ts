import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { EpochUs } from '../domain/time.ts';
import { integerOf, textOf } from './rows.ts';
import { toStoreError } from './sqlite-errors.ts';
import { inTransaction } from './transaction.ts';
import type { Outbox, OutboxEntry } from './types.ts';

const MAX_PENDING = 1_000;

export class OutboxTable implements Outbox {
  readonly #database: DatabaseSync;
  readonly #now: () => EpochUs;
  readonly #add: StatementSync;
  readonly #pending: StatementSync;
  readonly #acknowledge: StatementSync;
  readonly #dropped: StatementSync;

  constructor(database: DatabaseSync, now: () => EpochUs) {
    this.#database = database;
    this.#now = now;
    this.#add = database.prepare(
      'INSERT INTO outbox (topic, change, death_id, created_at) SELECT topic, ?, ?, ? FROM topics',
    );
    this.#pending = database.prepare(
      'SELECT change, death_id, created_at FROM outbox WHERE topic = ? ORDER BY change LIMIT ?',
    );
    this.#acknowledge = database.prepare('DELETE FROM outbox WHERE topic = ? AND change <= ?');
    this.#dropped = database.prepare('SELECT dropped FROM topics WHERE topic = ?');
  }

  /** Part of the transaction that writes the death. */
  add(change: number, deathId: string, at: EpochUs): void {
    this.#add.run(change, deathId, at);
  }

  register(topic: string): void {
    this.#write('register an output', () => {
      this.#database
        .prepare('INSERT OR IGNORE INTO topics (topic, registered_at) VALUES (?, ?)')
        .run(topic, this.#now());
    });
  }

  unregister(topic: string): void {
    this.#write('forget an output', () => {
      this.#database.prepare('DELETE FROM topics WHERE topic = ?').run(topic);
    });
  }

  pending(topic: string, limit: number): readonly OutboxEntry[] {
    return this.#pending.all(topic, Math.min(limit, MAX_PENDING)).map((row) => ({
      change: integerOf(row, 'change'),
      deathId: textOf(row, 'death_id'),
      createdAt: integerOf(row, 'created_at'),
    }));
  }

  acknowledge(topic: string, upToChange: number): void {
    this.#write('acknowledge an output', () => {
      this.#acknowledge.run(topic, upToChange);
    });
  }

  dropped(topic: string): number {
    const row = this.#dropped.get(topic);
    return row === undefined ? 0 : integerOf(row, 'dropped');
  }

  #write(doing: string, work: () => void): void {
    try {
      inTransaction(this.#database, work);
    } catch (error) {
      throw toStoreError(error, doing);
    }
  }
}
