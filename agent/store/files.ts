import { chmodSync, closeSync, existsSync, mkdirSync, openSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { InquestError, messageOf } from '../domain/errors.ts';

const DIRECTORY_MODE = 0o700;
const FILE_MODE = 0o600;
const WRITABLE_BY_OTHERS = 0o022;
const DATABASE = 'inquest.db';

export interface StoreFiles {
  readonly database: string;
  /** Holds the lock of the one writer. */
  readonly lock: string;
  /** Space held back for a full disk. */
  readonly ballast: string;
}

/** Makes directory and files with their modes before SQLite opens them: it would use the process's umask. */
export function prepareFiles(directory: string): StoreFiles {
  try {
    mkdirSync(directory, { recursive: true, mode: DIRECTORY_MODE });
    if ((statSync(directory).mode & WRITABLE_BY_OTHERS) !== 0) {
      throw new InquestError('unsafe-environment', `Others may write into the store's directory ${directory}.`, {
        next: `Run: chmod go-w ${directory}`,
      });
    }
    const database = join(directory, DATABASE);
    const lock = join(directory, 'inquest.lock');
    ensurePrivateFile(database);
    ensurePrivateFile(lock);
    return { database, lock, ballast: join(directory, 'inquest.ballast') };
  } catch (error) {
    if (error instanceof InquestError) throw error;
    throw new InquestError('store-failed', `The store's directory ${directory} cannot be used: ${messageOf(error)}.`, {
      next: 'Choose a directory that the agent may write to with the setting "data", or correct its owner.',
      cause: error,
    });
  }
}

export function ensurePrivateFile(path: string): void {
  closeSync(openSync(path, 'a', FILE_MODE));
  chmodSync(path, FILE_MODE);
}

/**
 * Moves a damaged database aside, with its log, so that it can be examined. Returns its new path.
 * @param atMs milliseconds of the epoch, for the name
 */
export function quarantine(database: string, atMs: number): string {
  const stamp = new Date(atMs).toISOString().replaceAll(/[-:]|\.\d+/g, '');
  const target = freeName(`${database}.corrupt-${stamp}`);
  // The log goes first: a crash in between must not leave an old log beside a new database.
  for (const suffix of ['-wal', '-shm', '']) {
    if (existsSync(`${database}${suffix}`)) renameSync(`${database}${suffix}`, `${target}${suffix}`);
  }
  return target;
}

function freeName(wanted: string): string {
  let name = wanted;
  for (let copy = 2; existsSync(name); copy += 1) name = `${wanted}-${String(copy)}`;
  return name;
}
