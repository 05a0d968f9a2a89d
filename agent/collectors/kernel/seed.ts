import { opendirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseContainerCgroup } from '../../domain/cgroup-path.ts';
import type { RuntimeName } from '../../domain/container.ts';
import { readNamespacePid, readStat } from './proc.ts';

/** A container that runs already when the programs are attached. */
export interface SeedContainer {
  readonly cgroupId: bigint;
  readonly id: string;
  /** Relative to the hierarchy's root. */
  readonly path: string;
  readonly runtime: RuntimeName;
  readonly mainPid: number;
  readonly mainStartNs: bigint;
  /** Cgroups below the container's own. */
  readonly nested: readonly bigint[];
}

const MAX_CGROUPS = 65_536;
const MAX_NESTED = 512;
const MAX_DEPTH = 32;

/** Walks the cgroup hierarchy that containers are told by: v1's memory controller, or v2. */
export function findRunningContainers(root: string): SeedContainer[] {
  const found: SeedContainer[] = [];
  const queue: { path: string; depth: number }[] = [{ path: '/', depth: 0 }];
  let visited = 0;
  for (let next = queue.shift(); next !== undefined && visited < MAX_CGROUPS; next = queue.shift()) {
    visited += 1;
    const { path, depth } = next;
    const container = parseContainerCgroup(path);
    if (container !== undefined) {
      const seed = seedOf(root, path, container.containerId, container.runtime);
      if (seed !== undefined) found.push(seed);
    } else if (depth < MAX_DEPTH) {
      for (const name of childrenOf(join(root, path))) queue.push({ path: join(path, name), depth: depth + 1 });
    }
  }
  return found;
}

function seedOf(root: string, path: string, id: string, runtime: RuntimeName): SeedContainer | undefined {
  const directory = join(root, path);
  const cgroupId = cgroupIdOf(directory);
  const nestedPaths = descendants(directory);
  const main = mainProcess([directory, ...nestedPaths]);
  if (cgroupId === undefined) return undefined;
  return {
    cgroupId,
    id,
    path,
    runtime,
    mainPid: main?.pid ?? 0,
    mainStartNs: main?.startNs ?? 0n,
    nested: nestedPaths.map(cgroupIdOf).filter((nested) => nested !== undefined),
  };
}

/** kernfs uses the inode number as the cgroup's id. */
function cgroupIdOf(directory: string): bigint | undefined {
  return statSync(directory, { bigint: true, throwIfNoEntry: false })?.ino;
}

function descendants(directory: string): string[] {
  const all: string[] = [];
  const queue = [directory];
  for (let next = queue.shift(); next !== undefined && all.length < MAX_NESTED; next = queue.shift()) {
    for (const name of childrenOf(next)) {
      all.push(join(next, name));
      queue.push(join(next, name));
    }
  }
  return all;
}

/** The init of the container's pid namespace, else its oldest process. */
function mainProcess(directories: readonly string[]): { pid: number; startNs: bigint } | undefined {
  let oldest: { pid: number; startNs: bigint } | undefined;
  for (const pid of directories.flatMap(processesOf)) {
    const stat = readStat(pid);
    if (stat === undefined) continue;
    if (readNamespacePid(pid) === 1) return { pid, startNs: stat.startNs };
    if (oldest === undefined || stat.startNs < oldest.startNs) oldest = { pid, startNs: stat.startNs };
  }
  return oldest;
}

function processesOf(directory: string): number[] {
  return (whenThere(() => readFileSync(join(directory, 'cgroup.procs'), 'utf8')) ?? '')
    .split('\n')
    .filter((line) => line !== '')
    .map(Number);
}

function childrenOf(directory: string): string[] {
  return (
    whenThere(() => {
      using entries = opendirSync(directory);
      const names: string[] = [];
      for (let entry = entries.readSync(); entry !== null; entry = entries.readSync()) {
        if (entry.isDirectory()) names.push(entry.name);
      }
      return names;
    }) ?? []
  );
}

/** Cgroups come and go while the tree is walked. */
function whenThere<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (
      error instanceof Error &&
      'code' in error &&
      (error.code === 'ENOENT' || error.code === 'ENODEV' || error.code === 'EOPNOTSUPP')
    ) {
      return undefined;
    }
    throw error;
  }
}
