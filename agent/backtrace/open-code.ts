import { closeSync, readFileSync } from 'node:fs';
import type { CodeMapping } from '../domain/fault.ts';
import type { Place } from './mounts.ts';
import { parseMounts, placesOf } from './mounts.ts';

/** An open file, and which one it is. */
export interface OpenFile {
  readonly fd: number;
  readonly major: number;
  readonly minor: number;
  readonly inode: bigint;
}

/** Opens a regular file below a folder, by no symbolic link. Throws where there is none. */
export type OpenBeneath = (folder: string, path: string) => OpenFile;

const PLACES_MAX = 4;
const FILES_MAX = 64;

/** The file of each mapping that could be opened, by the mapping's place in the list. */
export type OpenedCode = ReadonlyMap<number, number>;

/**
 * Opens the files of a process that is gone, or nearly. The kernel gave each one's path in its own file system,
 * which for an image is that of the layer on the host: it stays when the container's mounts go, and needs no
 * runtime to be asked. A path is only a hint. What is read is the very inode that the process had mapped, so a
 * container can make us read nothing that it could not run itself.
 */
export function openCode(code: readonly CodeMapping[], open: OpenBeneath): OpenedCode {
  const mounts = parseMounts(readFileSync('/proc/self/mountinfo', 'utf8'));
  const opened = new Map<number, number>();
  for (const [index, { file, buildId }] of code.entries()) {
    if (file?.path === undefined || opened.size >= FILES_MAX) continue;
    const { major, minor, path } = file;
    for (const place of placesOf(mounts, { major, minor, path }).slice(0, PLACES_MAX)) {
      const fd = openIfSame(place, open, (found) => {
        // Btrfs shows a device of its own for each subvolume: there the build id decides, later.
        const sameDevice = found.major === major && found.minor === minor;
        return found.inode === file.inode && (sameDevice || buildId !== undefined);
      });
      if (fd === undefined) continue;
      opened.set(index, fd);
      break;
    }
  }
  return opened;
}

export function closeCode(opened: OpenedCode): void {
  for (const fd of opened.values()) closeSync(fd);
}

function openIfSame(
  { folder, path }: Place,
  open: OpenBeneath,
  isSame: (found: OpenFile) => boolean,
): number | undefined {
  let found: OpenFile;
  try {
    found = open(folder, path);
  } catch {
    // Not there: removed with its container, or hidden under another mount.
    return undefined;
  }
  if (isSame(found)) return found.fd;
  closeSync(found.fd);
  return undefined;
}
