import { lstatSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { InquestError } from '../../domain/errors.ts';
import { builtFile } from '../../native/binding.ts';

const WRITABLE_BY_GROUP = 0o020;
const WRITABLE_BY_ALL = 0o002;

/** Throws unsafe-environment where somebody else could change what root is about to run. */
export function refuseWritableInstallation(): void {
  const files = [import.meta.dirname, process.execPath, builtFile('inquest.node'), builtFile('inquest.bpf.o')];
  for (const file of files) {
    if (file === undefined || !othersMayWrite(lstatSync(file))) continue;
    throw new InquestError('unsafe-environment', `Others may change ${file}, and the agent would run it as root.`, {
      next: `sudo chmod go-w ${file}`,
    });
  }
}

/** A group with its owner's number is that user alone: how most distributions make users. */
export function othersMayWrite({ mode, uid, gid }: Pick<Stats, 'mode' | 'uid' | 'gid'>): boolean {
  return (mode & WRITABLE_BY_ALL) !== 0 || ((mode & WRITABLE_BY_GROUP) !== 0 && gid !== uid);
}
