import { chmod, open } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { InquestError } from '../domain/errors.ts';

const OWNER_ONLY = 0o600;
const ATTEMPTS = 100;
const ATTEMPT_EVERY_MS = 20;

/** SQLITE_BUSY. */
const BUSY = 5;

/**
 * Runs `work` while no other agent may claim or give up the same socket.
 *
 * The lock is the kernel's lock on a file, taken through SQLite because Node.js has no call for it.
 * Unlike a lock file with a pid in it, it is gone with its holder however that ended, so there is
 * no stale lock to judge. The file stays: removing it would let two agents lock different files.
 */
export async function withClaimLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  // Whoever can open the file can hold the lock: it must never exist with wider permissions.
  const file = await open(path, 'a', OWNER_ONLY);
  await file.close();
  await chmod(path, OWNER_ONLY);
  const lock = new DatabaseSync(path);
  try {
    await acquire(lock);
    return await work();
  } finally {
    lock.close();
  }
}

async function acquire(lock: DatabaseSync): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    if (tryAcquire(lock)) return;
    await sleep(ATTEMPT_EVERY_MS);
  }
  throw new InquestError('agent-already-running', 'Another agent is starting or stopping at this very moment.', {
    next: 'Wait a few seconds and try again.',
  });
}

function tryAcquire(lock: DatabaseSync): boolean {
  try {
    // Without a journal in memory a second file would appear beside the lock.
    lock.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    return true;
  } catch (error) {
    if (error instanceof Error && 'errcode' in error && error.errcode === BUSY) return false;
    throw error;
  }
}
