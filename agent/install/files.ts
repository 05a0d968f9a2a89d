import {
  copyFile,
  chmod,
  lstat,
  mkdir,
  readFile,
  readdir,
  readlink,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errorCode, InquestError } from '../domain/errors.ts';
import { type Contents, SUMS } from './bundle.ts';
import type { Step } from './step.ts';

const PROGRAM_MODE = 0o755;
const FILE_MODE = 0o644;
const PROGRAMS: ReadonlySet<string> = new Set(['node', 'inquest']);

/** Copies beside the target and renames: a version's folder is whole or not there. */
export function copyVersion(from: string, to: string, contents: Contents): Step {
  const names = [...contents.keys(), SUMS];
  const work = `${to}.new`;
  return {
    says: `Copy ${String(names.length)} files to ${to}`,
    run: async () => {
      await rm(work, { recursive: true, force: true });
      await makeFolder(work);
      for (const name of names) {
        await copyFile(join(from, name), join(work, name));
        await chmod(join(work, name), PROGRAMS.has(name) ? PROGRAM_MODE : FILE_MODE);
      }
      await rm(to, { recursive: true, force: true });
      await rename(work, to);
    },
    undo: async () => {
      await rm(work, { recursive: true, force: true });
      await rm(to, { recursive: true, force: true });
    },
  };
}

/** Points a link somewhere else in one step; what it was before comes back with `undo`. */
export async function pointLink(path: string, target: string): Promise<Step> {
  const before = await linkAt(path);
  return {
    says: `Point ${path} to ${target}`,
    run: () => replaceLink(path, target),
    undo: async () => {
      if (before === undefined) await rm(path, { force: true });
      else await replaceLink(path, before);
    },
  };
}

/** Writes a file of ours; what it said before comes back with `undo`. */
export async function writeText(path: string, text: string): Promise<Step> {
  const before = await textAt(path);
  return {
    says: `Write ${path}`,
    run: () => replaceText(path, text),
    undo: async () => {
      if (before === undefined) await rm(path, { force: true });
      else await replaceText(path, before);
    },
  };
}

export function removePath(path: string, says = `Remove ${path}`): Step {
  return { says, run: () => rm(path, { recursive: true, force: true }) };
}

/** Where the link points, `undefined` where there is none. Throws for anything else: it is not ours. */
export async function linkAt(path: string): Promise<string | undefined> {
  try {
    if (!(await lstat(path)).isSymbolicLink()) {
      throw new InquestError('bad-usage', `${path} exists and is not a link of Inquest’s. It was left alone.`, {
        next: 'Move it away and install again.',
      });
    }
    return await readlink(path);
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

export async function textAt(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

export async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
}

function isAbsent(error: unknown): boolean {
  return errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR';
}

async function replaceLink(path: string, target: string): Promise<void> {
  await makeFolder(dirname(path));
  const work = `${path}.new`;
  await rm(work, { force: true });
  await symlink(target, work);
  await rename(work, path);
}

async function replaceText(path: string, text: string): Promise<void> {
  await makeFolder(dirname(path));
  const work = `${path}.new`;
  await writeFile(work, text, { mode: FILE_MODE });
  await chmod(work, FILE_MODE);
  await rename(work, path);
}

/** Whatever the umask is, others can look into what is made here and not write. */
async function makeFolder(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true });
  if (first !== undefined) await chmod(path, PROGRAM_MODE);
}
