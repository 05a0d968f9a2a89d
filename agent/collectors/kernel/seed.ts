import { opendirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseContainerCgroup, parseNestedCgroup } from '../../domain/cgroup-path.ts';
import type { KnownContainer } from './known-containers.ts';
import { readNamespacePid, readStat, rulesTheHost } from './proc.ts';

/** A container that runs already when the programs are attached. */
export interface SeedContainer {
  readonly cgroupId: bigint;
  /** Its path is relative to the hierarchy's root. */
  readonly known: KnownContainer;
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
function seedsOf(root: string, outer: KnownContainer): SeedContainer[] {
  const below = descendants(join(root, outer.path)).map((directory) => directory.slice(root.length));
  const main = mainProcess([outer.path, ...below].map((path) => join(root, path)));
  const inner = main !== undefined && rulesTheHost(main.pid) ? below.flatMap((path) => nestedAt(path, outer)) : [];
  const containers = [outer, ...inner];
  return containers.flatMap((one) => {
    const own = below.filter((path) => path !== one.path && innermost(path, containers) === one);
    return seedOf(root, one, own) ?? [];
  });
}

function nestedAt(path: string, { id: outerId, path: outerPath }: KnownContainer): KnownContainer[] {
  const found = parseNestedCgroup(path, outerPath);
  const isItself = found !== undefined && `${outerPath}${found.cgroupPath}` === path && found.containerId !== outerId;
  return isItself ? [{ id: found.containerId, path, runtime: found.runtime, outerId }] : [];
}

/** Whose group it is: that of the container whose own group is the nearest above. */
function innermost(path: string, containers: readonly KnownContainer[]): KnownContainer | undefined {
  const around = containers.filter((one) => path === one.path || path.startsWith(`${one.path}/`));
  return around.sort((a, b) => b.path.length - a.path.length)[0];
}

/** @param below groups below its own that are not another container's */
function seedOf(root: string, known: KnownContainer, below: readonly string[]): SeedContainer | undefined {
  const directories = [known.path, ...below].map((path) => join(root, path));
  const [cgroupId, ...nested] = directories.map(cgroupIdOf);
  if (cgroupId === undefined) return undefined;
  const main = mainProcess(directories);
  return {
    cgroupId,
    known,
    mainPid: main?.pid ?? 0,
    mainStartNs: main?.startNs ?? 0n,
    nested: nested.filter((id) => id !== undefined),
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
