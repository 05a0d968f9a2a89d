import { existsSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { errorCode } from '../../domain/errors.ts';

/** v1's controllers, each with a hierarchy of its own; `unified` is v2's only one. */
export type HierarchyName = 'memory' | 'cpu' | 'cpuacct' | 'pids' | 'unified';

export interface Hierarchies {
  readonly version: 'v1' | 'v2';
  /** Real paths, without a symbolic link in them. */
  readonly roots: ReadonlyMap<HierarchyName, string>;
}

/** Distributions mount controllers together and link the single names, or do not. */
const V1_FOLDERS: Readonly<Record<Exclude<HierarchyName, 'unified'>, readonly string[]>> = {
  memory: ['memory'],
  cpu: ['cpu', 'cpu,cpuacct', 'cpuacct,cpu'],
  cpuacct: ['cpuacct', 'cpu,cpuacct', 'cpuacct,cpu'],
  pids: ['pids'],
};

/** Which cgroups are mounted below the root; `undefined` when none are. */
export function detectHierarchies(cgroupRoot: string): Hierarchies | undefined {
  if (existsSync(join(cgroupRoot, 'cgroup.controllers'))) {
    return { version: 'v2', roots: new Map([['unified', realpathSync(cgroupRoot)]]) };
  }
  const roots = new Map<HierarchyName, string>();
  for (const name of ['memory', 'cpu', 'cpuacct', 'pids'] as const) {
    const folder = V1_FOLDERS[name].map((one) => join(cgroupRoot, one)).find((path) => existsSync(path));
    if (folder !== undefined) roots.set(name, realpathSync(folder));
  }
  return roots.size === 0 ? undefined : { version: 'v1', roots };
}

const PATH_LIMIT = 4_096;

/** An absolute path of names only. Anything else could lead out of the hierarchy. */
export function isSafeCgroupPath(path: string): boolean {
  if (!path.startsWith('/') || path.length > PATH_LIMIT || path.includes('\0')) return false;
  return path
    .slice(1)
    .split('/')
    .every((name) => name !== '' && name !== '.' && name !== '..');
}

/** The folder of a cgroup, `undefined` when it is not there (yet) or not what its path says. */
export function cgroupFolder(root: string, cgroupPath: string): string | undefined {
  if (!isSafeCgroupPath(cgroupPath)) return undefined;
  const path = `${root}${cgroupPath}`;
  try {
    return realpathSync(path) === path ? path : undefined;
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return undefined;
    throw error;
  }
}
