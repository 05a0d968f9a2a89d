import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { integerOf, textOf } from './rows.ts';

/** Deaths over a quota that one transaction removes: enough to catch up, few enough to stay short. */
const TRIMMED_AT_ONCE = 8;
const FIRST_AND_LAST = 2;

/** Deletes deaths with all that belongs to them. The caller begins and commits. */
export class DeathRemover {
  readonly #countDropped: StatementSync;
  readonly #dropEntries: StatementSync;
  readonly #remove: StatementSync;
  readonly #count: StatementSync;
  readonly #mostOf: StatementSync;
  readonly #oldestOf: StatementSync;
  readonly #oldest: StatementSync;

  constructor(database: DatabaseSync) {
    this.#countDropped = database.prepare(`
      UPDATE topics SET dropped = dropped + (
        SELECT count(*) FROM outbox JOIN deaths ON deaths.id = outbox.death_id
        WHERE deaths.sequence = ? AND outbox.topic = topics.topic)`);
    this.#dropEntries = database.prepare(
      'DELETE FROM outbox WHERE death_id = (SELECT id FROM deaths WHERE sequence = ?)',
    );
    this.#remove = database.prepare('DELETE FROM deaths WHERE sequence = ?');
    this.#count = database.prepare('SELECT count(*) AS many FROM deaths WHERE quota_key = ?');
    this.#mostOf = database.prepare(
      `SELECT signature, count(*) AS many FROM deaths WHERE quota_key = ? AND signature IS NOT NULL
       GROUP BY signature ORDER BY many DESC LIMIT 1`,
    );
    this.#oldestOf = database.prepare(
      'SELECT sequence FROM deaths WHERE quota_key = ? AND signature = ? ORDER BY sequence LIMIT 1 OFFSET 1',
    );
    this.#oldest = database.prepare('SELECT sequence FROM deaths WHERE quota_key = ? ORDER BY sequence LIMIT 1');
  }

  remove(sequence: number): void {
    this.#countDropped.run(sequence);
    this.#dropEntries.run(sequence);
    this.#remove.run(sequence);
  }

  /**
   * Removes deaths of one quota key beyond `quota`: of the end that came most often the oldest but the
   * first, so that a crash loop keeps its first and its last, and every other way to end stays.
   */
  trim(quotaKey: string, quota: number): void {
    const row = this.#count.get(quotaKey);
    const over = (row === undefined ? 0 : integerOf(row, 'many')) - quota;
    for (let index = 0; index < Math.min(over, TRIMMED_AT_ONCE); index += 1) {
      const sequence = this.#dispensable(quotaKey);
      if (sequence !== undefined) this.remove(sequence);
    }
  }

  #dispensable(quotaKey: string): number | undefined {
    const most = this.#mostOf.get(quotaKey);
    const chosen =
      most !== undefined && integerOf(most, 'many') > FIRST_AND_LAST
        ? this.#oldestOf.get(quotaKey, textOf(most, 'signature'))
        : this.#oldest.get(quotaKey);
    return chosen === undefined ? undefined : integerOf(chosen, 'sequence');
  }
}
