import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { integerOf } from './rows.ts';

/** Deaths over a quota that one transaction removes: enough to catch up, few enough to stay short. */
const TRIMMED_AT_ONCE = 8;

/** Deletes deaths with all that belongs to them. The caller begins and commits. */
export class DeathRemover {
  readonly #countDropped: StatementSync;
  readonly #dropEntries: StatementSync;
  readonly #remove: StatementSync;
  readonly #beyondQuota: StatementSync;

  constructor(database: DatabaseSync) {
    this.#countDropped = database.prepare(`
      UPDATE topics SET dropped = dropped + (
        SELECT count(*) FROM outbox JOIN deaths ON deaths.id = outbox.death_id
        WHERE deaths.sequence = ? AND outbox.topic = topics.topic)`);
    this.#dropEntries = database.prepare(
      'DELETE FROM outbox WHERE death_id = (SELECT id FROM deaths WHERE sequence = ?)',
    );
    this.#remove = database.prepare('DELETE FROM deaths WHERE sequence = ?');
    this.#beyondQuota = database.prepare(
      `SELECT sequence FROM deaths WHERE quota_key = ? ORDER BY sequence DESC LIMIT ${String(TRIMMED_AT_ONCE)} OFFSET ?`,
    );
  }

  remove(sequence: number): void {
    this.#countDropped.run(sequence);
    this.#dropEntries.run(sequence);
    this.#remove.run(sequence);
  }

  /** Removes the oldest deaths of one quota key beyond `quota`. */
  trim(quotaKey: string, quota: number): void {
    for (const row of this.#beyondQuota.all(quotaKey, quota)) this.remove(integerOf(row, 'sequence'));
  }
}
