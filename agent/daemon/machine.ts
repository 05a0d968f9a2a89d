import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

/** What tells this machine, and this boot of it, from all others. */
export interface Machine {
  readonly machineId: string;
  readonly bootId: string;
  readonly host: string;
}

const MACHINE_ID_FILES = ['/etc/machine-id', '/var/lib/dbus/machine-id'];
const BOOT_ID_FILE = '/proc/sys/kernel/random/boot_id';

/** @param name as which it is known; in a pod the host’s name is the pod’s, and another one every time */
export function readMachine(name = ''): Machine {
  const host = name === '' ? hostname() : name;
  return {
    machineId: firstLine(MACHINE_ID_FILES) ?? fromName(host),
    bootId: firstLine([BOOT_ID_FILE]) ?? 'unknown',
    host,
  };
}

/** Containers and minimal images have no machine id: the name is the next best thing that stays. */
function fromName(host: string): string {
  return createHash('sha256').update(`inquest machine ${host}`).digest('hex').slice(0, 32);
}

function firstLine(paths: readonly string[]): string | undefined {
  for (const path of paths) {
    try {
      const line = readFileSync(path, 'utf8').split('\n', 1)[0]?.trim() ?? '';
      if (line !== '') return line;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    }
  }
  return undefined;
}
