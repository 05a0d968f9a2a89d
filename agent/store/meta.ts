import type { DatabaseSync } from 'node:sqlite';
import { integerOf, optionalText } from './rows.ts';

/** The newest change number. */
export function lastChange(database: DatabaseSync): number {
  const row = database.prepare("SELECT value FROM meta WHERE key = 'change'").get();
  return row === undefined ? 0 : integerOf(row, 'value');
}

/** Remembers the host of a new database; returns the host of one that was made elsewhere. */
export function claimForHost(database: DatabaseSync, host: string): string | undefined {
  database.prepare("INSERT OR IGNORE INTO meta (key, value) VALUES ('host', ?)").run(host);
  const row = database.prepare("SELECT value FROM meta WHERE key = 'host'").get();
  const made = row === undefined ? undefined : optionalText(row, 'value');
  return made === host ? undefined : made;
}

/**
 * Starts the numbers of an empty database above all that the lost one can have given out, so that
 * whoever resumes after an old number misses nothing.
 */
export function startNumbersAt(database: DatabaseSync, number: number): void {
  database.prepare("UPDATE meta SET value = ? WHERE key = 'change'").run(number);
  database.prepare("INSERT INTO sqlite_sequence (name, seq) VALUES ('deaths', ?)").run(number);
}
