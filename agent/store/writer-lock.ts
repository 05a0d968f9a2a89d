import { DatabaseSync } from 'node:sqlite';
import { InquestError } from '../domain/errors.ts';
import { primaryCode, Sqlite } from './sqlite-errors.ts';

/**
 * Holds the store for one writer until it is closed or the process ends, however it ends. A
 * transaction on an empty database of its own: Node.js offers no file locks, SQLite takes one.
 */
export function lockForWriting(path: string): DatabaseSync {
  const lock = new DatabaseSync(path, { timeout: 0 });
  try {
    lock.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    return lock;
  } catch (error) {
    lock.close();
    if (primaryCode(error) !== Sqlite.BUSY) throw error;
    throw new InquestError('agent-already-running', 'Another agent writes to this store.', {
      next: 'Stop the other agent, or give this one a directory of its own with the setting "data".',
      cause: error,
    });
  }
}
