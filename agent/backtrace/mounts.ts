/** A place where a file system, or a folder of it, is mounted. */
export interface Mount {
  readonly major: number;
  readonly minor: number;
  /** What of the file system is mounted there, from its root. */
  readonly root: string;
  readonly folder: string;
}

/** A path of a file system as somebody sees it who stands in the root of these mounts. */
export interface Place {
  readonly folder: string;
  /** Relative to the folder. */
  readonly path: string;
}

const FIELDS = /^\d+ \d+ (\d+):(\d+) (\S+) (\S+) /;

/** The lines of /proc/self/mountinfo. */
export function parseMounts(text: string): Mount[] {
  return text.split('\n').flatMap((line) => {
    const [, major, minor, root, folder] = FIELDS.exec(line) ?? [];
    if (major === undefined || minor === undefined || root === undefined || folder === undefined) return [];
    return [{ major: Number(major), minor: Number(minor), root: plain(root), folder: plain(folder) }];
  });
}

/** Where a file of a file system can be looked for, the nearest mount first. */
export function placesOf(
  mounts: readonly Mount[],
  file: { readonly major: number; readonly minor: number; readonly path: string },
): Place[] {
  return mounts
    .filter(({ major, minor, root }) => major === file.major && minor === file.minor && isBelow(file.path, root))
    .sort((a, b) => a.folder.length - b.folder.length)
    .map(({ root, folder }) => ({ folder, path: file.path.slice(root === '/' ? 1 : root.length + 1) }));
}

function isBelow(path: string, root: string): boolean {
  return root === '/' || path.startsWith(`${root}/`);
}

/** Space, tab, newline and backslash are written in octal. */
function plain(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}
