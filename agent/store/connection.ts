import { DatabaseSync } from 'node:sqlite';
import { InquestError } from '../domain/errors.ts';
import { integerOf, textOf } from './rows.ts';

/** 'inqs', so that a database of somebody else is never taken for ours. */
const APPLICATION_ID = 0x69_6e_71_73;
const BUSY_TIMEOUT_MS = 1_000;
/** Pages of log after which it is folded into the database. */
const CHECKPOINT_PAGES = 512;
/** The log is cut back to this after a checkpoint. */
const LOG_LIMIT_BYTES = 8_388_608;
/** KiB, as a negative number: SQLite's convention. */
const READER_CACHE = -2_000;

export function pragma(database: DatabaseSync, name: string): number {
  const row = database.prepare(`PRAGMA ${name}`).get();
  return row === undefined ? 0 : integerOf(row, name);
}

export function openWriter(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
  try {
    // auto_vacuum only takes effect before the first table, and before the log mode writes the header.
    database.exec(`
      PRAGMA auto_vacuum = INCREMENTAL;
      PRAGMA foreign_keys = ON;
      PRAGMA secure_delete = ON;
      PRAGMA trusted_schema = OFF;
      PRAGMA cell_size_check = ON;
    `);
    const mode = database.prepare('PRAGMA journal_mode = WAL').get();
    if (mode === undefined || textOf(mode, 'journal_mode') !== 'wal') {
      throw new InquestError('store-failed', 'The file system of the store does not support a write-ahead log.', {
        next: 'Put the store on a local file system with the setting "data".',
      });
    }
    database.exec(`
      PRAGMA synchronous = FULL;
      PRAGMA wal_autocheckpoint = ${String(CHECKPOINT_PAGES)};
      PRAGMA journal_size_limit = ${String(LOG_LIMIT_BYTES)};
      PRAGMA application_id = ${String(APPLICATION_ID)};
    `);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

export function openReader(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { readOnly: true, timeout: BUSY_TIMEOUT_MS });
  database.exec(`PRAGMA query_only = ON; PRAGMA trusted_schema = OFF; PRAGMA cache_size = ${String(READER_CACHE)}`);
  return database;
}

/** False for a database that holds tables and was not made by us. */
export function isOurs(database: DatabaseSync): boolean {
  if (pragma(database, 'application_id') === APPLICATION_ID) return true;
  return database.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() === undefined;
}

/** Bytes of pages in use, and of the whole file. */
export function databaseBytes(database: DatabaseSync): { readonly used: number; readonly file: number } {
  const pageBytes = pragma(database, 'page_size');
  const pages = pragma(database, 'page_count');
  return { used: (pages - pragma(database, 'freelist_count')) * pageBytes, file: pages * pageBytes };
}
