import type { DatabaseSync } from 'node:sqlite';

/**
 * Deaths in columns that are searched, apart from their bodies so that a scan touches few pages.
 * `meta` holds the last change number: it must grow even when every death is deleted.
 */
export function deaths(database: DatabaseSync): void {
  database.exec(`
    CREATE TABLE meta (key TEXT PRIMARY KEY, value ANY NOT NULL) STRICT, WITHOUT ROWID;
    INSERT INTO meta (key, value) VALUES ('change', 0);

    CREATE TABLE deaths (
      sequence INTEGER PRIMARY KEY AUTOINCREMENT,
      id TEXT NOT NULL UNIQUE,
      change INTEGER NOT NULL UNIQUE,
      recorded_at INTEGER NOT NULL,
      at INTEGER NOT NULL,
      host TEXT NOT NULL,
      container_id TEXT NOT NULL,
      container_name TEXT,
      image TEXT,
      quota_key TEXT NOT NULL,
      exit TEXT,
      exit_code INTEGER,
      cause TEXT NOT NULL,
      family TEXT NOT NULL,
      certainty TEXT NOT NULL,
      headline TEXT NOT NULL,
      complete INTEGER NOT NULL,
      revision INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX deaths_at ON deaths (at);
    CREATE INDEX deaths_recorded_at ON deaths (recorded_at);
    CREATE INDEX deaths_cause ON deaths (cause);
    CREATE INDEX deaths_family ON deaths (family);
    CREATE INDEX deaths_container_id ON deaths (container_id);
    CREATE INDEX deaths_container_name ON deaths (container_name);
    CREATE INDEX deaths_image ON deaths (image);
    CREATE INDEX deaths_exit_code ON deaths (exit_code);
    CREATE INDEX deaths_quota_key ON deaths (quota_key);

    CREATE TABLE bodies (
      sequence INTEGER PRIMARY KEY REFERENCES deaths (sequence) ON DELETE CASCADE,
      body ANY NOT NULL
    ) STRICT;

    CREATE TABLE labels (
      sequence INTEGER NOT NULL REFERENCES deaths (sequence) ON DELETE CASCADE,
      key TEXT NOT NULL,
      value TEXT NOT NULL,
      PRIMARY KEY (sequence, key)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX labels_key_value ON labels (key, value);

    CREATE TABLE revisions (
      sequence INTEGER NOT NULL REFERENCES deaths (sequence) ON DELETE CASCADE,
      number INTEGER NOT NULL,
      change INTEGER NOT NULL,
      content BLOB NOT NULL,
      body ANY NOT NULL,
      UNIQUE (sequence, number)
    ) STRICT;
  `);
}
