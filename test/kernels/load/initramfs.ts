import { chmodSync, cpSync, existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Architecture } from '../../../.config/bundle/architectures.ts';
import { toolPrefix } from '../../../.config/bundle/architectures.ts';
import { nodePackage } from '../../../.config/bundle/node.ts';
import { buildDie } from '../../support/die-image.ts';
import { findProgram } from '../../support/find-program.ts';
import { addProgram, ok } from '../../support/rootfs.ts';
import { foreignPrograms } from '../build/fetch.ts';

const ROOT = join(import.meta.dirname, '../../..');

/** What the guest runs, and what that imports. */
const SOURCES = [
  'agent/native/binding.ts',
  'agent/native/layout.ts',
  'test/native/support.ts',
  'test/kernels/load',
  'package.json',
];
/** Of busybox, under the paths that tests run. */
const APPLETS = ['sh', 'sleep', 'cat', 'kill'];
/** Of a C library, what nobody here needs and is larger than all the rest. */
const CHARACTER_SETS = 'gconv';

const INIT = `#!/bin/busybox sh
mount() { /bin/busybox mount "$@"; }
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
mount -t tmpfs tmpfs /tmp
mount -t cgroup2 cgroup2 /sys/fs/cgroup
mount -t bpf bpf /sys/fs/bpf
mount -t tracefs tracefs /sys/kernel/tracing
exec >/dev/console 2>&1
export PATH=/bin
cd /lab && /bin/node --disable-warning=ExperimentalWarning test/kernels/load/guest.ts
/bin/busybox poweroff -f
`;

/** A whole machine in memory: Node.js, the addon, the kernel programs, and what dies for them. */
export async function writeLoadInitramfs(file: string, architecture: Architecture): Promise<void> {
  const stage = `${file}.d`;
  const busybox = findProgram('busybox') ?? 'busybox';
  rmSync(stage, { recursive: true, force: true });
  for (const folder of ['bin', 'dev', 'proc', 'sys', 'tmp']) mkdirSync(join(stage, folder), { recursive: true });
  if (architecture === process.arch) await addOwn(stage, busybox);
  else await addForeign(stage, architecture);
  for (const applet of APPLETS) symlinkSync('busybox', join(stage, 'bin', applet));
  await buildDie(join(stage, 'bin/die'), `${toolPrefix(architecture)}gcc`);
  for (const name of SOURCES) cpSync(join(ROOT, name), join(stage, 'lab', name), { recursive: true });
  writeFileSync(join(stage, 'init'), INIT);
  for (const program of ['init', 'bin/node', 'bin/busybox']) chmodSync(join(stage, program), 0o755);
  await ok('sh', ['-c', `cd '${stage}' && find . | '${busybox}' cpio -o -H newc >'${file}'`]);
  rmSync(stage, { recursive: true, force: true });
}

/** Programs and libraries of this machine. */
async function addOwn(stage: string, busybox: string): Promise<void> {
  cpSync(busybox, join(stage, 'bin/busybox'));
  await addProgram(stage, process.execPath, '/bin/node');
  await addProgram(stage, join(ROOT, 'dist/inquest.node'), '/lab/dist/inquest.node');
  cpSync(join(ROOT, 'dist/inquest.bpf.o'), join(stage, 'lab/dist/inquest.bpf.o'));
}

/** Those that a bundle for the other architecture has, and Debian's libraries below them. */
async function addForeign(stage: string, architecture: Architecture): Promise<void> {
  const programs = await foreignPrograms(architecture);
  cpSync(join(programs, 'bin/busybox'), join(stage, 'bin/busybox'));
  for (const folder of ['lib', 'usr/lib']) {
    if (!existsSync(join(programs, folder))) continue;
    const filter = (path: string): boolean => !path.includes(`/${CHARACTER_SETS}`);
    cpSync(join(programs, folder), join(stage, folder), { recursive: true, verbatimSymlinks: true, filter });
  }
  cpSync(join(nodePackage(architecture), 'bin/node'), join(stage, 'bin/node'));
  for (const name of ['inquest.node', 'inquest.bpf.o'])
    cpSync(join(ROOT, 'dist', architecture, name), join(stage, 'lab/dist', name));
}
