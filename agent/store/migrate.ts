import type { DatabaseSync } from 'node:sqlite';
import { integerOf } from './rows.ts';
import type { Migration } from './migrations/index.ts';
import { MIGRATIONS } from './migrations/index.ts';
import { inTransaction } from './transaction.ts';

export function schemaVersion(database: DatabaseSync): number {
  const row = database.prepare('PRAGMA user_version').get();
  return row === undefined ? 0 : integerOf(row, 'user_version');
}

/** Brings the database to the newest version, one transaction a step. Returns the version it had. */
export function migrate(database: DatabaseSync, migrations: readonly Migration[] = MIGRATIONS): number {
  const before = schemaVersion(database);
  for (const [index, apply] of migrations.entries()) {
    const version = index + 1;
    if (version <= before) continue;
    inTransaction(database, () => {
      apply(database);
      database.exec(`PRAGMA user_version = ${String(version)}`);
    });
  }
  return before;
}
