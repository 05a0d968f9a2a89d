import type { DatabaseSync } from 'node:sqlite';

/** What outputs have not confirmed yet. Rows go with their death; `dropped` counts those that nobody confirmed. */
export function outbox(database: DatabaseSync): void {
  database.exec(`
    CREATE TABLE topics (
      topic TEXT PRIMARY KEY,
      registered_at INTEGER NOT NULL,
      dropped INTEGER NOT NULL DEFAULT 0
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE outbox (
      topic TEXT NOT NULL REFERENCES topics (topic) ON DELETE CASCADE,
      change INTEGER NOT NULL,
      death_id TEXT NOT NULL,
      created_at INTEGER NOT NULL,
      PRIMARY KEY (topic, change)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX outbox_death_id ON outbox (death_id);
  `);
}
