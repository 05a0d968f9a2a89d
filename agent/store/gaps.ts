import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { EvidenceOf } from '../domain/evidence.ts';

/** A flood of gaps must not fill the disk either; the oldest go. */
const MAX_GAPS = 10_000;

export class GapTable {
  readonly #insert: StatementSync;
  readonly #trim: StatementSync;
  readonly #expire: StatementSync;

  constructor(database: DatabaseSync) {
    this.#insert = database.prepare('INSERT INTO gaps (at, reason, lost, evidence) VALUES (?, ?, ?, ?)');
    this.#trim = database.prepare('DELETE FROM gaps WHERE number <= ?');
    this.#expire = database.prepare('DELETE FROM gaps WHERE at < ?');
  }

  add(gap: EvidenceOf<'evidence_gap'>): void {
    const { reason, lost } = gap.data;
    const { lastInsertRowid } = this.#insert.run(Math.floor(gap.at), reason, lost, JSON.stringify(gap));
    this.#trim.run(Number(lastInsertRowid) - MAX_GAPS);
  }

  expire(before: number): void {
    this.#expire.run(before);
  }
}
