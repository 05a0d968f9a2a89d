import type { Stats } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { errorCode } from '../domain/errors.ts';
import type { RuntimeKind } from '../domain/runtime-sockets.ts';
import { placesOf } from '../domain/runtime-sockets.ts';

/** A socket or folder of a runtime. */
export interface Place {
  readonly path: string;
  readonly isSocket: boolean;
  /** Who owns it; a user's own daemon is believed less. */
  readonly uid: number;
  /** The same for every path that leads there, also when a daemon that restarts has made its socket anew. */
  readonly key: string;
}

/**
 * The places of a kind that exist. One that a setting names counts also before it exists, so that what is
 * wrong with it is told.
 */
export async function findPlaces(kind: RuntimeKind, setting: string): Promise<readonly Place[]> {
  const paths = (await Promise.all(placesOf(kind, setting).map(expand))).flat();
  const found = new Map<string, Place>();
  for (const path of paths) {
    const stats = await look(path);
    if (stats === undefined && setting === 'auto') continue;
    // Podman's folder is made long before its socket may be: what is not there is taken for a socket elsewhere.
    const isSocket = stats?.isSocket() ?? kind !== 'podman';
    if (setting === 'auto' && isSocket !== (kind !== 'podman')) continue;
    const place = { path, isSocket, uid: stats?.uid ?? 0, key: path.replace(/^\/var\/run\//, '/run/') };
    if (!found.has(place.key)) found.set(place.key, place);
  }
  return [...found.values()];
}

async function expand(path: string): Promise<readonly string[]> {
  const [head, tail] = path.split('*');
  if (head === undefined || tail === undefined) return [path];
  try {
    return (await readdir(head)).sort().map((name) => `${head}${name}${tail}`);
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return [];
  }
}

async function look(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return undefined;
  }
}
