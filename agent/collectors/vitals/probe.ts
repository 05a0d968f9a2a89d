import { closeSync, constants, openSync, readFileSync, readSync } from 'node:fs';
import { errorCode } from '../../domain/errors.ts';
import { V1_FILES, V2_FILES, type VitalsFile } from './files.ts';
import { cgroupFolder, type Hierarchies, type HierarchyName } from './hierarchies.ts';
import type { Row } from './ring.ts';

/** memory.stat has some 2 KiB. One buffer for all: reads are synchronous. */
const BUFFER = Buffer.alloc(16_384);

/** Samples within which every file must have shown up: v1 makes the hierarchies of a container one after another. */
const OPEN_ATTEMPTS = 10;

interface OpenFile {
  readonly fd: number;
  readonly file: VitalsFile;
}

export interface CpuQuota {
  readonly quotaUs: number;
  readonly periodUs: number;
}

/**
 * The open files of one container's cgroup. Files stay open, so that a sample is one read each; cgroup
 * files are made from counters in memory and do not block. An open file does not keep a cgroup from
 * being removed.
 */
export class CgroupProbe {
  readonly #hierarchies: Hierarchies;
  readonly #cgroupPath: string;
  #open: OpenFile[] = [];
  #missing: readonly VitalsFile[];
  #attempts = 0;

  constructor(hierarchies: Hierarchies, cgroupPath: string) {
    this.#hierarchies = hierarchies;
    this.#cgroupPath = cgroupPath;
    this.#missing = hierarchies.version === 'v2' ? V2_FILES : V1_FILES;
  }

  get cgroupPath(): string {
    return this.#cgroupPath;
  }

  /** Fills the row. False when there was nothing to read; see `isGone`. */
  sample(row: Row): boolean {
    this.#openMissing();
    row.clear();
    let count = 0;
    for (const { fd, file } of this.#open) {
      const length = readOpen(fd);
      if (length === 'gone') {
        this.close();
        return false;
      }
      if (length === 'unreadable') continue;
      file.read(BUFFER, length, row);
      count += 1;
    }
    return count > 0;
  }

  /** Whether no sample will ever come again: the cgroup was removed, or never appeared. */
  get isGone(): boolean {
    return this.#open.length === 0 && this.#attempts >= OPEN_ATTEMPTS;
  }

  /** The file that lists the processes of the group itself; `undefined` once the group is gone. */
  procsFile(): string | undefined {
    const root = this.#hierarchies.roots.get(this.#hierarchies.version === 'v2' ? 'unified' : 'memory');
    const folder = root === undefined ? undefined : cgroupFolder(root, this.#cgroupPath);
    return folder === undefined ? undefined : `${folder}/cgroup.procs`;
  }

  /** The CPU limit; `undefined` when there is none. Reads by path: it is asked for once a minute at most. */
  quota(): CpuQuota | undefined {
    const [quota, period] = this.#hierarchies.version === 'v2' ? this.#quotaV2() : this.#quotaV1();
    const quotaUs = Number(quota);
    const periodUs = Number(period);
    return quotaUs > 0 && periodUs > 0 ? { quotaUs, periodUs } : undefined;
  }

  close(): void {
    for (const { fd } of this.#open) closeSync(fd);
    this.#open = [];
    this.#missing = [];
    this.#attempts = OPEN_ATTEMPTS;
  }

  #openMissing(): void {
    if (this.#missing.length === 0 || this.#attempts >= OPEN_ATTEMPTS) return;
    this.#attempts += 1;
    const folders = new Map<HierarchyName, string | undefined>();
    for (const [name, root] of this.#hierarchies.roots) folders.set(name, cgroupFolder(root, this.#cgroupPath));
    this.#missing = this.#missing.filter((file) => {
      const fd = openFile(folders.get(file.hierarchy), file.name);
      if (fd !== undefined) this.#open.push({ fd, file });
      return fd === undefined;
    });
  }

  #quotaV2(): readonly (string | undefined)[] {
    return this.#readText('unified', 'cpu.max')?.split(' ') ?? [];
  }

  #quotaV1(): readonly (string | undefined)[] {
    return [this.#readText('cpu', 'cpu.cfs_quota_us'), this.#readText('cpu', 'cpu.cfs_period_us')];
  }

  #readText(hierarchy: HierarchyName, name: string): string | undefined {
    const root = this.#hierarchies.roots.get(hierarchy);
    const folder = root === undefined ? undefined : cgroupFolder(root, this.#cgroupPath);
    if (folder === undefined) return undefined;
    try {
      return readFileSync(`${folder}/${name}`, 'utf8').trim();
    } catch (error) {
      if (isAbsence(error)) return undefined;
      throw error;
    }
  }
}

function openFile(folder: string | undefined, name: string): number | undefined {
  if (folder === undefined) return undefined;
  try {
    return openSync(`${folder}/${name}`, constants.O_RDONLY | constants.O_NOFOLLOW);
  } catch (error) {
    if (isAbsence(error)) return undefined;
    throw error;
  }
}

/** EACCES and EPERM: a file that this kernel or container setup does not let anybody read. */
function isAbsence(error: unknown): boolean {
  const code = errorCode(error);
  return code === 'ENOENT' || code === 'ENODEV' || code === 'EACCES' || code === 'EPERM' || code === 'ELOOP';
}

/** Bytes now in BUFFER. ENODEV is how kernfs says that the cgroup was removed; EOPNOTSUPP, that PSI is off. */
function readOpen(fd: number): number | 'gone' | 'unreadable' {
  try {
    return readSync(fd, BUFFER, 0, BUFFER.length, 0);
  } catch (error) {
    if (errorCode(error) === 'ENODEV') return 'gone';
    if (errorCode(error) === 'EOPNOTSUPP') return 'unreadable';
    throw error;
  }
}
