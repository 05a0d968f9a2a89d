import { randomFillSync } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { MIB } from '../domain/bytes.ts';
import { errorCode } from '../domain/errors.ts';

/** As much as the log takes before it is folded into the database, twice. */
export const BALLAST_BYTES = 4 * MIB;
/** Made again only where it leaves others as much as this many times its size. */
const SPARE = 2;

/**
 * Space that is given up when the disk is full: deleting has to write to the log first, and folding
 * the log needs room in the database. Without it a disk that the store itself filled stays full.
 */
export class Ballast {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  release(): void {
    rmSync(this.#path, { force: true });
  }

  /** Does nothing where it is there already or space is short. */
  restore(): void {
    if (existsSync(this.#path)) return;
    const { bavail, bsize } = statfsSync(dirname(this.#path));
    if (bavail * bsize < SPARE * BALLAST_BYTES) return;
    try {
      this.#write();
    } catch (error) {
      this.release();
      if (errorCode(error) !== 'ENOSPC') throw error;
    }
  }

  #write(): void {
    const file = openSync(this.#path, 'wx', 0o600);
    try {
      // Random, since a file system may store zeros or repetitions in no space at all.
      writeSync(file, randomFillSync(Buffer.alloc(BALLAST_BYTES)));
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  }
}
