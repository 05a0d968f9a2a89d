import { readdir, readFile, readlink, stat } from 'node:fs/promises';
import { parseContainerCgroup } from '../../domain/cgroup-path.ts';
import { errorCode } from '../../domain/errors.ts';

/** Where a container's log goes; journald's has no path. */
export interface LogPlace {
  readonly driver: string;
  readonly path: string;
}

/** What conmon, which looks after one container, was started with. */
export interface Monitor {
  readonly containerId: string;
  readonly name: string | undefined;
  /** Folder of the OCI bundle: `STORAGE/overlay-containers/ID/userdata`. */
  readonly bundle: string;
  readonly exitDir: string | undefined;
  readonly pidFile: string | undefined;
  readonly log: LogPlace | undefined;
  /** Whose process it is: 0 for Podman of root. */
  readonly uid: number;
}

const ID = /^[0-9a-f]{64}$/;
const ARGUMENTS_MAX = 65_536;
const PROGRAM = 'conmon';
/** A storage driver's folder of containers, and the bundle below it. */
const BUNDLE = /^(\/.+)\/[a-z0-9]+-containers\/([0-9a-f]{64})\/userdata$/;

/** `conmon -c ID -n NAME -b BUNDLE --exit-dir DIR -l DRIVER:PATH …`. `undefined` for another's, such as CRI-O's. */
export function parseMonitor(argv: readonly string[], uid: number): Monitor | undefined {
  const options = new Map<string, string>();
  for (const [index, word] of argv.entries()) {
    const value = argv[index + 1];
    if (word.startsWith('-') && value !== undefined && !options.has(word)) options.set(word, value);
  }
  const containerId = options.get('-c') ?? '';
  const bundle = options.get('-b') ?? '';
  if (!ID.test(containerId) || BUNDLE.exec(bundle)?.[2] !== containerId) return undefined;
  const [, driver, path] = /^([a-z0-9-]+)(?::(\/.+)?)?$/.exec(options.get('-l') ?? '') ?? [];
  return {
    containerId,
    name: options.get('-n'),
    bundle,
    exitDir: options.get('--exit-dir'),
    pidFile: options.get('-p'),
    log: driver === undefined ? undefined : { driver, path: path ?? '' },
    uid,
  };
}

/** Podman's storage that the container is in. */
export function storageOf({ bundle }: Monitor): string {
  return BUNDLE.exec(bundle)?.[1] ?? '/';
}

/**
 * Monitors that run, of every user. A process of a container may call itself conmon: only processes of the
 * host count. Where a user's own process claims to be one, what it names is read as that user's word.
 */
export async function findMonitors(procRoot = '/proc'): Promise<readonly Monitor[]> {
  const pids = (await readdir(procRoot)).filter((name) => /^\d+$/.test(name));
  const monitors: Monitor[] = [];
  for (const pid of pids) {
    const monitor = await monitorOf(`${procRoot}/${pid}`);
    if (monitor !== undefined) monitors.push(monitor);
  }
  return monitors;
}

async function monitorOf(folder: string): Promise<Monitor | undefined> {
  try {
    // The name first: one short read for the many processes that are something else.
    if ((await readFile(`${folder}/comm`, 'utf8')).trim() !== PROGRAM) return undefined;
    const exe = await readlink(`${folder}/exe`);
    if (exe.slice(exe.lastIndexOf('/') + 1) !== PROGRAM || (await isInContainer(folder))) return undefined;
    const text = await readFile(`${folder}/cmdline`, 'utf8');
    if (text.length > ARGUMENTS_MAX) return undefined;
    return parseMonitor(text.split('\0'), (await stat(folder)).uid);
  } catch (error) {
    // It ended meanwhile, or belongs to somebody whose processes are not ours to see.
    if (['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes(errorCode(error) ?? '')) return undefined;
    throw error;
  }
}

async function isInContainer(folder: string): Promise<boolean> {
  const text = await readFile(`${folder}/cgroup`, 'utf8');
  return text.split('\n').some((line) => parseContainerCgroup(line.split(':').slice(2).join(':')) !== undefined);
}
