import type { DatabaseSync } from 'node:sqlite';

/** Times in which records were lost. Not tied to a death: one gap may touch many, or none that is known. */
export function gaps(database: DatabaseSync): void {
  database.exec(`
    CREATE TABLE gaps (
      number INTEGER PRIMARY KEY AUTOINCREMENT,
      at INTEGER NOT NULL,
      reason TEXT NOT NULL,
      lost INTEGER NOT NULL,
      evidence TEXT NOT NULL
    ) STRICT;
    CREATE INDEX gaps_at ON gaps (at);
  `);
}
