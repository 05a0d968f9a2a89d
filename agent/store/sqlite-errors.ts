import { InquestError } from '../domain/errors.ts';

/** Primary result codes. Source: sqlite3.h */
export const Sqlite = { BUSY: 5, CORRUPT: 11, FULL: 13, CANTOPEN: 14, NOTADB: 26 } as const;

/** SQLITE_IOERR_SHMSIZE: the shared-memory file could not grow, on Linux for want of space. */
const IOERR_SHMSIZE = 4_874;
const PRIMARY_MASK = 0xff;

/** The extended result code of an error that SQLite gave, else `undefined`. */
function extendedCode(error: unknown): number | undefined {
  return error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' ? error.errcode : undefined;
}

export function primaryCode(error: unknown): number | undefined {
  const code = extendedCode(error);
  return code === undefined ? undefined : code & PRIMARY_MASK;
}

export function isDamage(error: unknown): boolean {
  const code = primaryCode(error);
  return code === Sqlite.CORRUPT || code === Sqlite.NOTADB;
}

/** Says in a sentence what could not be done, and why. `doing` follows 'could not', e.g. `record a death`. */
export function toStoreError(error: unknown, doing: string): InquestError {
  if (error instanceof InquestError) return error;
  const detail = error instanceof Error ? error.message : String(error);
  const message = `The store could not ${doing}: ${detail}.`;
  if (primaryCode(error) === Sqlite.FULL || extendedCode(error) === IOERR_SHMSIZE) {
    return new InquestError('store-full', message, {
      next: 'Free space on the disk that holds the store.',
      cause: error,
    });
  }
  if (isDamage(error)) {
    return new InquestError('store-corrupt', message, {
      next: 'Restart the agent: it moves the damaged file aside and starts a new one.',
      cause: error,
    });
  }
  return new InquestError('store-failed', message, {
    next: 'Check that the disk of the store works and that the agent may write there.',
    cause: error,
  });
}
