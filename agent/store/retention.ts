import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { EpochUs } from '../domain/time.ts';
import { US_PER_SECOND } from '../domain/time.ts';
import { databaseBytes, pragma } from './connection.ts';
import type { DeathRemover } from './death-remover.ts';
import type { GapTable } from './gaps.ts';
import type { Row } from './rows.ts';
import { integerOf } from './rows.ts';
import { inTransaction } from './transaction.ts';
import type { RetentionResult } from './types.ts';

const DAY_US = 86_400 * US_PER_SECOND;
/** Deaths and pages of one batch: a few milliseconds each, so that a death never waits long for its commit. */
const BATCH_DEATHS = 32;
const BATCH_PAGES = 256;

export interface RetentionOptions {
  readonly days: number;
  readonly bytes: number;
  readonly now: () => EpochUs;
}

/** Removes what is too old or too much, oldest first, in small batches, and gives the pages back. */
export class Retention {
  readonly #database: DatabaseSync;
  readonly #remover: DeathRemover;
  readonly #gaps: GapTable;
  readonly #options: RetentionOptions;
  readonly #expired: StatementSync;
  readonly #oldest: StatementSync;

  constructor(database: DatabaseSync, remover: DeathRemover, gaps: GapTable, options: RetentionOptions) {
    this.#database = database;
    this.#remover = remover;
    this.#gaps = gaps;
    this.#options = options;
    const batch = String(BATCH_DEATHS);
    this.#expired = database.prepare(
      `SELECT sequence FROM deaths WHERE recorded_at < ? ORDER BY recorded_at LIMIT ${batch}`,
    );
    this.#oldest = database.prepare(`SELECT sequence FROM deaths ORDER BY sequence LIMIT ${batch}`);
  }

  runBatch(): RetentionResult {
    const cutoff = this.#options.now() - this.#options.days * DAY_US;
    const expired = this.#expired.all(cutoff);
    const chosen = expired.length > 0 ? expired : this.#tooMuch();
    inTransaction(this.#database, () => {
      this.#gaps.expire(cutoff);
      for (const row of chosen) this.#remover.remove(integerOf(row, 'sequence'));
    });
    const free = pragma(this.#database, 'freelist_count');
    if (free > 0) this.#database.exec(`PRAGMA incremental_vacuum(${String(BATCH_PAGES)})`);
    return { deleted: chosen.length, more: chosen.length > 0 || free > BATCH_PAGES };
  }

  #tooMuch(): readonly Row[] {
    return databaseBytes(this.#database).used > this.#options.bytes ? this.#oldest.all() : [];
  }
}
