import { opendirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseContainerCgroup, parseNestedCgroup } from '../../domain/cgroup-path.ts';
import { outerAs } from './known-containers.ts';
import type { KnownContainer } from './known-containers.ts';
import { readNamespacePid, readStat, rulesTheHost } from './proc.ts';

/** A container that runs already when the programs are attached. */
export interface SeedContainer {
  readonly cgroupId: bigint;
  /** Its path is relative to the hierarchy's root. */
  readonly known: KnownContainer;
  /** Cgroup id of the container in which it runs. */
  readonly outer?: bigint;
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
      const { containerId: id, runtime } = container;
      found.push(...seedsOf(root, { id, path, runtime }));
    } else if (depth < MAX_DEPTH) {
      for (const name of childrenOf(join(root, path))) queue.push({ path: join(path, name), depth: depth + 1 });
    }
  }
  return found;
}

/** The container, and those that run in it where it could do anything to the machine, as the kernel's part tells them. */
function seedsOf(root: string, known: KnownContainer, outer?: bigint): SeedContainer[] {
  const cgroupId = cgroupIdOf(join(root, known.path));
  if (cgroupId === undefined) return [];
  const below = descendants(join(root, known.path)).map((directory) => directory.slice(root.length));
  const named = below.flatMap((path) => nestedAt(path, known));
  const notNamed = below.filter((path) => !named.some((inner) => path === inner.path || isBelow(path, inner.path)));
  const main = mainProcess([known.path, ...notNamed].map((path) => join(root, path)));
  const isTrusted = main !== undefined && rulesTheHost(main.pid);
  const seed = {
    cgroupId,
    known,
    ...(outer !== undefined && { outer }),
    mainPid: main?.pid ?? 0,
    mainStartNs: main?.startNs ?? 0n,
    nested: (isTrusted ? notNamed : below).map((path) => cgroupIdOf(join(root, path))).filter((id) => id !== undefined),
  };
  return [seed, ...(isTrusted ? named.flatMap((inner) => seedsOf(root, inner, cgroupId)) : [])];
}

/** The container whose own group this is, and that runs directly in the other. */
function nestedAt(path: string, outer: KnownContainer): KnownContainer[] {
  const found = parseNestedCgroup(path, outer.path);
  const isItself = found !== undefined && `${outer.path}${found.cgroupPath}` === path && found.containerId !== outer.id;
  return isItself ? [{ id: found.containerId, path, runtime: found.runtime, outer: outerAs(outer) }] : [];
}

function isBelow(path: string, above: string): boolean {
  return path.startsWith(`${above}/`);
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
