import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import type { Stats } from 'node:fs';
import { errorCode, InquestError, messageOf } from '../../domain/errors.ts';

const WRITABLE_BY_OTHERS = 0o022;
const LARGEST_BYTES = 65_536;

/**
 * The settings file's text, `undefined` when it does not exist and need not. Throws bad-settings for
 * a file that somebody else could have written: what it says decides what root does.
 */
export async function readSettingsFile(path: string, mustExist: boolean): Promise<string | undefined> {
  let file: FileHandle;
  try {
    file = await open(path, 'r');
  } catch (error) {
    if (errorCode(error) === 'ENOENT' && !mustExist) return undefined;
    throw new InquestError('bad-settings', `The settings file ${path} cannot be read: ${messageOf(error)}`, {
      cause: error,
    });
  }
  try {
    // Asked of the open file, so that it cannot be exchanged between the check and the reading.
    refuseForeign(path, await file.stat());
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}

function refuseForeign(path: string, stats: Stats): void {
  const own = process.geteuid?.();
  if (!stats.isFile()) throw new InquestError('bad-settings', `${path} is not a regular file.`);
  if (stats.uid !== 0 && stats.uid !== own) {
    throw new InquestError(
      'bad-settings',
      `${path} belongs to user ${String(stats.uid)}, who could change what the agent does.`,
      {
        next: `sudo chown root: ${path}`,
      },
    );
  }
  if ((stats.mode & WRITABLE_BY_OTHERS) !== 0) {
    throw new InquestError('bad-settings', `${path} can be written by others than its owner.`, {
      next: `sudo chmod go-w ${path}`,
    });
  }
  if (stats.size > LARGEST_BYTES) throw new InquestError('bad-settings', `${path} is larger than settings can be.`);
}
