import { readFile } from 'node:fs/promises';
import { errorCode } from '../domain/errors.ts';

const GROUP_FILE = '/etc/group';

/** The gid of a group in the text of group(5): `name:password:gid:members`. */
export function gidIn(text: string, group: string): number | undefined {
  for (const line of text.split('\n')) {
    const [name, , gid] = line.split(':');
    if (name === group && gid !== undefined && /^\d{1,10}$/.test(gid)) return Number(gid);
  }
  return undefined;
}

/** `undefined` when the host has no such group. Groups that only a directory service knows are not found. */
export async function findGroup(group: string, file = GROUP_FILE): Promise<number | undefined> {
  try {
    return gidIn(await readFile(file, 'utf8'), group);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
