import { constants } from 'node:fs';
import { open, realpath } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { errorCode } from '../../domain/errors.ts';

/** No waiting for the other end of a fifo, no terminal of ours, no descriptor for children. */
const FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY;
const FOLDER_FLAGS = FLAGS | constants.O_DIRECTORY;
/** What the kernel says of a path that is not there or leads where it must not. */
const REFUSED: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR', 'ELOOP', 'EACCES', 'ENXIO', 'EPERM']);

/**
 * Opens a regular file without following a symbolic link anywhere below `root`: a container may own folders
 * on the way, as with a mount of /var/log. Each folder is opened on its own and the next name is looked up
 * in it, which is what openat2 with RESOLVE_NO_SYMLINKS does. The root itself belongs to the host's
 * administrator, who may well have put it elsewhere by a link.
 *
 * @returns `undefined` where there is no such file, or something else in its place
 */
export async function openBeneath(root: string, path: string): Promise<FileHandle | undefined> {
  const names = namesBelow(root, path);
  const last = names?.pop();
  if (names === undefined || last === undefined) return undefined;
  let folder: FileHandle | undefined;
  try {
    folder = await open(await realpath(root), constants.O_RDONLY | constants.O_DIRECTORY);
    for (const name of names) {
      const next = await open(`/proc/self/fd/${String(folder.fd)}/${name}`, FOLDER_FLAGS);
      await folder.close();
      folder = next;
    }
    const file = await open(`/proc/self/fd/${String(folder.fd)}/${last}`, FLAGS);
    if ((await file.stat()).isFile()) return file;
    await file.close();
    return undefined;
  } catch (error) {
    if (REFUSED.has(errorCode(error) ?? '')) return undefined;
    throw error;
  } finally {
    await folder?.close();
  }
}

/** The names of the path below the root; `undefined` where it leads elsewhere. */
function namesBelow(root: string, path: string): string[] | undefined {
  const head = root.endsWith('/') ? root : `${root}/`;
  if (!path.startsWith(head) || path.includes('\0')) return undefined;
  const names = path.slice(head.length).split('/');
  return names.some((name) => name === '' || name === '.' || name === '..') ? undefined : names;
}

/** The whole file, or its first `limitBytes`. `undefined` where it cannot be had safely. */
export async function readBeneath(root: string, path: string, limitBytes: number): Promise<Buffer | undefined> {
  const file = await openBeneath(root, path);
  if (file === undefined) return undefined;
  try {
    return await readAt(file, 0, limitBytes);
  } finally {
    await file.close();
  }
}

export interface FileEnd {
  readonly bytes: Buffer;
  /** Whether the file is longer. */
  readonly cut: boolean;
}

/** The last bytes of a file. `undefined` where it cannot be had safely. */
export async function readEndBeneath(root: string, path: string, limitBytes: number): Promise<FileEnd | undefined> {
  const file = await openBeneath(root, path);
  if (file === undefined) return undefined;
  try {
    const { size } = await file.stat();
    const from = Math.max(0, size - limitBytes);
    return { bytes: await readAt(file, from, limitBytes), cut: from > 0 };
  } finally {
    await file.close();
  }
}

/** A read may end early although the file goes on. */
async function readAt(file: FileHandle, from: number, limitBytes: number): Promise<Buffer> {
  const { size } = await file.stat();
  const bytes = Buffer.alloc(Math.max(0, Math.min(limitBytes, size - from)));
  let filled = 0;
  while (filled < bytes.length) {
    const { bytesRead } = await file.read(bytes, filled, bytes.length - filled, from + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}
