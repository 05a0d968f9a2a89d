import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Bundle } from '../../../../extension/install/bundle.ts';
import type { HostFacts } from '../../../../extension/install/host-facts.ts';
import { ok } from '../../../support/rootfs.ts';

export const FACTS: HostFacts = {
  system: 'Linux',
  machine: 'x86_64',
  kernel: '6.1.0-50-cloud-amd64',
  user: 'alice',
  isRoot: false,
  isMember: false,
  hasSystemd: true,
  hasBtf: true,
  hasSudo: true,
  libc: 'glibc 2.36',
  installed: undefined,
  freeBytes: 10e9,
};

export const BUNDLE: Bundle = {
  file: '/home/alice/inquest-0.2.0-linux-x64.tar.gz',
  name: 'inquest-0.2.0-linux-x64',
  version: '0.2.0',
  architecture: 'x64',
  bytes: 46_541_825,
  unpackedBytes: 130_000_000,
  sha256: 'ab'.repeat(32),
};

/** A bundle in which everything is real but its Node.js, with the checksum of the folder. Resolves to its file. */
export async function packBundle(
  folder: string,
  name: string,
  programs: { readonly node?: string; readonly inquest?: string } = {},
): Promise<string> {
  const stage = join(folder, `stage-${name}`);
  mkdirSync(join(stage, name), { recursive: true });
  const { node = '#!/bin/sh\necho v24\n', inquest = '#!/bin/sh\n' } = programs;
  writeFileSync(join(stage, name, 'node'), node, { mode: 0o755 });
  writeFileSync(join(stage, name, 'inquest'), inquest, { mode: 0o755 });
  const file = join(folder, `${name}.tar.gz`);
  await ok('tar', ['--format=ustar', '-C', stage, '-czf', file, name]);
  const sum = createHash('sha256').update(readFileSync(file)).digest('hex');
  writeFileSync(join(folder, 'SHA256SUMS'), `${sum}  ${name}.tar.gz\n`, { flag: 'a' });
  return file;
}
