import { DatabaseSync } from 'node:sqlite';
import { InquestError } from '../domain/errors.ts';
import { isOurs } from './connection.ts';
import { schemaVersion } from './migrate.ts';
import { SCHEMA_VERSION } from './migrations/index.ts';
import { textOf } from './rows.ts';
import { isDamage } from './sqlite-errors.ts';

/**
 * Looks at an existing database through a read-only connection, so that one which is not for us
 * stays as it is.
 * @throws InquestError `store-newer`, or `store-failed` for a database of somebody else
 */
export function inspectDatabase(path: string): 'sound' | 'damaged' {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { readOnly: true });
    const version = schemaVersion(database);
    if (!isOurs(database)) {
      throw new InquestError('store-failed', `${path} is a database of another program.`, {
        next: 'Choose another directory with the setting "data".',
      });
    }
    if (version > SCHEMA_VERSION) {
      throw new InquestError('store-newer', `The store was written by a newer version (schema ${String(version)}).`, {
        next: `Install the newer version again, or move ${path} away to start with an empty store.`,
      });
    }
    const verdict = database.prepare('PRAGMA quick_check(1)').get();
    return verdict !== undefined && textOf(verdict, 'quick_check') === 'ok' ? 'sound' : 'damaged';
  } catch (error) {
    if (isDamage(error)) return 'damaged';
    throw error;
  } finally {
    if (database?.isOpen === true) database.close();
  }
}
