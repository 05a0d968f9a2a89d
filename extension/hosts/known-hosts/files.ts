import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errorCode } from '../../../agent/domain/errors.ts';
import { hashName } from './match.ts';
import { keyTypeOf, parseKnownHosts, type KnownKey } from './parse.ts';

const ABSENT: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR', 'EACCES', 'EISDIR']);
const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;
/** As long as the hash, like ssh-keygen -H makes it. */
const SALT_BYTES = 20;

/** What the files say, in their order. Files that are not there say nothing. */
export async function readKnownHosts(files: readonly string[]): Promise<readonly KnownKey[]> {
  const known: KnownKey[] = [];
  for (const file of files) {
    try {
      known.push(...parseKnownHosts(await readFile(file, 'utf8'), file));
    } catch (error) {
      if (!ABSENT.has(errorCode(error) ?? '')) throw error;
    }
  }
  return known;
}

/** Appends a line like ssh does; makes the file, readable for its owner alone, where there is none. */
export async function addKnownHost(file: string, name: string, key: Buffer, hashed: boolean): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: FOLDER_MODE });
  const handle = await open(file, 'a+', FILE_MODE);
  try {
    const { size } = await handle.stat();
    const last = Buffer.alloc(1);
    if (size > 0) await handle.read(last, 0, 1, size - 1);
    const separator = size > 0 && last.toString() !== '\n' ? '\n' : '';
    const shown = hashed ? hashedName(name) : name;
    await handle.write(`${separator}${shown} ${keyTypeOf(key) ?? ''} ${key.toString('base64')}\n`);
  } finally {
    await handle.close();
  }
}

function hashedName(name: string): string {
  const salt = randomBytes(SALT_BYTES).toString('base64');
  return `|1|${salt}|${hashName(name, salt)}`;
}
