import { createHash } from 'node:crypto';
import type { ProcessRef } from '../domain/process.ts';
import type { Facts } from '../explain/facts.ts';
import type { CaseFile } from '../explain/case-file.ts';
import type { Machine } from './machine.ts';

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';
const ID_LENGTH = 26;

/**
 * The death's name, the same however often and by whomever it is derived: machine, boot, container,
 * and the start of its main process since boot. A container whose program never ran has no such start;
 * its cgroup's id, or what the runtime keeps, stands for it.
 */
export function deathId(machine: Machine, file: CaseFile, facts: Facts): string {
  const start = facts.main?.startSinceBootUs;
  const key = start === undefined ? substitute(file, facts) : String(start);
  return idOf(machine, facts.container.id, key);
}

/** The wound's name: as a death's, by the start of the first process that was hit. */
export function woundId(machine: Machine, containerId: string, process: ProcessRef): string {
  const start = process.startSinceBootUs ?? process.startedAt;
  return idOf(machine, containerId, `wound ${String(start)} ${String(process.pid)}`);
}

function idOf({ machineId, bootId }: Machine, containerId: string, key: string): string {
  const digest = createHash('sha256').update([machineId, bootId, containerId, key].join('\0')).digest();
  return base32(digest).slice(0, ID_LENGTH);
}

function substitute(file: CaseFile, facts: Facts): string {
  const run = file.opening.run;
  if (/^\d+$/.test(run)) return `cgroup ${run}`;
  const at = facts.runtimeState?.data.startedAt ?? facts.runtimeState?.data.finishedAt ?? facts.container.createdAt;
  return `runtime ${String(at ?? file.opening.at)}`;
}

/** RFC 4648 in lower case, without padding. */
export function base32(bytes: Uint8Array): string {
  let bits = 0;
  let value = 0;
  let text = '';
  for (const byte of bytes) {
    value = ((value << 8) | byte) & 0xfff;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += ALPHABET.charAt((value >> bits) & 31);
    }
  }
  return bits === 0 ? text : text + ALPHABET.charAt((value << (5 - bits)) & 31);
}
