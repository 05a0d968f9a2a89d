import { readdirSync, readFileSync, rmSync, rmdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { builtFile, loadBinding } from '../../agent/native/binding.ts';

const GRACE_MS = 5_000;
const POLL_MS = 100;
const BPFFS = '/sys/fs/bpf';

interface Leftover {
  readonly pid: number;
  readonly command: string;
}

/**
 * What tests left on the machine, as sentences; removes it. Every process of the run is known by the run's
 * temporary folder, which is in the environment or the arguments of all that tests start.
 */
export async function removeLeftovers(temporary: string): Promise<readonly string[]> {
  const processes = await survivors(temporary);
  for (const { pid } of processes) kill(pid);
  const mounts = mountsBelow(temporary);
  for (const mount of mounts) spawnSync('umount', ['--lazy', mount]);
  const files = list(temporary);
  rmSync(temporary, { recursive: true, force: true });
  const pins = removePins(temporary);
  return [
    ...processes.map(({ pid, command }) => `process ${String(pid)} was still running: ${command}`),
    ...mounts.map((mount) => `${mount} was still mounted`),
    ...files.map((name) => `${join(temporary, name)} was not removed`),
    ...pins.map((name) => `BPF programs stayed pinned in ${name}`),
  ];
}

/** BPF programs that a test's agent left pinned, removed. Pins name their owner's data folder, tests' own carry the mark. */
function removePins(temporary: string): readonly string[] {
  if (process.getuid?.() !== 0 || builtFile('inquest.node') === undefined) return [];
  const binding = loadBinding();
  const mark = basename(temporary);
  const left = binding.listPins(BPFFS).filter(({ dir, owner }) => dir.includes(mark) || owner.includes(mark));
  for (const { dir } of left) {
    binding.removePins(dir);
    const parent = dirname(dir);
    if (list(parent).length === 0) rmdirSync(parent);
  }
  return left.map(({ dir }) => dir);
}

/** Processes that do not end by themselves within the grace time. */
async function survivors(mark: string): Promise<readonly Leftover[]> {
  const deadline = performance.now() + GRACE_MS;
  for (;;) {
    const found = processesWith(mark);
    if (found.length === 0 || performance.now() > deadline) return found;
    await delay(POLL_MS);
  }
}

function processesWith(mark: string): readonly Leftover[] {
  return list('/proc')
    .map(Number)
    .filter((pid) => Number.isInteger(pid) && pid !== process.pid)
    .flatMap((pid) => {
      const command = read(`/proc/${String(pid)}/cmdline`);
      const marked = command.includes(mark) || read(`/proc/${String(pid)}/environ`).includes(mark);
      return marked ? [{ pid, command: command.replaceAll('\0', ' ').trim() }] : [];
    });
}

function mountsBelow(folder: string): readonly string[] {
  return read('/proc/self/mountinfo')
    .split('\n')
    .map((line) => line.split(' ')[4] ?? '')
    .filter((mount) => mount.startsWith(`${folder}/`))
    .reverse();
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

/** Empty for what has gone meanwhile or belongs to somebody else. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function list(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
