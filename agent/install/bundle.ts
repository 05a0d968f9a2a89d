import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { errorCode, InquestError } from '../domain/errors.ts';

/** The list of a bundle's files; also how an installation knows that it is one. */
export const SUMS = 'SHA256SUMS';
const LINE = /^([\da-f]{64}) {2}([\w.-]+)$/;

/** A file of the bundle by name, with its hash in hexadecimal. */
export type Contents = ReadonlyMap<string, string>;

/** What the folder holds by its own list. Throws `bad-usage` where it is no bundle. */
export async function readContents(folder: string): Promise<Contents> {
  let text: string;
  try {
    text = await readFile(join(folder, SUMS), 'utf8');
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
    throw new InquestError('bad-usage', `${folder} is no unpacked bundle: it has no ${SUMS}.`, {
      next: 'Unpack inquest-VERSION-linux-ARCHITECTURE.tar.gz and run its own inquest: sudo ./inquest install',
    });
  }
  const contents = new Map<string, string>();
  for (const line of text.split('\n').filter((one) => one !== '')) {
    const [, hash, name] = LINE.exec(line) ?? [];
    if (hash === undefined || name === undefined) throw damaged(folder, SUMS);
    contents.set(name, hash);
  }
  return contents;
}

/** Throws `object-missing` naming the first file that is not what the list says. */
export async function verify(folder: string, contents: Contents): Promise<void> {
  for (const [name, hash] of contents) {
    if ((await digestOf(join(folder, name))) !== hash) throw damaged(folder, name);
  }
}

/** Whether the folder already holds all of it, unchanged. */
export async function isComplete(folder: string, contents: Contents): Promise<boolean> {
  for (const [name, hash] of contents) {
    if ((await digestOf(join(folder, name))) !== hash) return false;
  }
  return true;
}

/** `undefined` for a file that is not there. */
async function digestOf(file: string): Promise<string | undefined> {
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(file), hash);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
  return hash.digest('hex');
}

function damaged(folder: string, name: string): InquestError {
  return new InquestError('object-missing', `${join(folder, name)} is not what the bundle’s ${SUMS} says.`, {
    next: 'The bundle is damaged or was changed: copy it to this machine again.',
  });
}
