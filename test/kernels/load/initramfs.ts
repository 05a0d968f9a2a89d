import { chmodSync, cpSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildDiePrograms } from '../../support/die-image.ts';
import { addProgram, ok } from '../../support/rootfs.ts';
import { findProgram } from '../../support/find-program.ts';

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

const INIT = `#!/bin/busybox sh
mount() { /bin/busybox mount "$@"; }
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
mount -t tmpfs tmpfs /tmp
mount -t cgroup2 cgroup2 /sys/fs/cgroup
mount -t bpf bpf /sys/fs/bpf
mount -t tracefs tracefs /sys/kernel/tracing
exec >/dev/ttyS0 2>&1
export PATH=/bin
cd /lab && /bin/node --disable-warning=ExperimentalWarning test/kernels/load/guest.ts
/bin/busybox poweroff -f
`;

/** A whole machine in memory: Node.js, the addon, the kernel programs, and what dies for them. */
export async function writeLoadInitramfs(file: string): Promise<void> {
  const stage = `${file}.d`;
  const busybox = findProgram('busybox') ?? 'busybox';
  rmSync(stage, { recursive: true, force: true });
  for (const folder of ['bin', 'dev', 'proc', 'sys', 'tmp']) mkdirSync(join(stage, folder), { recursive: true });
  cpSync(busybox, join(stage, 'bin/busybox'));
  for (const applet of APPLETS) symlinkSync('busybox', join(stage, 'bin', applet));
  const programs = `${file}.programs`;
  await buildDiePrograms(programs);
  cpSync(join(programs, 'die'), join(stage, 'bin/die'));
  rmSync(programs, { recursive: true, force: true });
  await addProgram(stage, process.execPath, '/bin/node');
  await addProgram(stage, join(ROOT, 'dist/inquest.node'), '/lab/dist/inquest.node');
  cpSync(join(ROOT, 'dist/inquest.bpf.o'), join(stage, 'lab/dist/inquest.bpf.o'));
  for (const name of SOURCES) cpSync(join(ROOT, name), join(stage, 'lab', name), { recursive: true });
  writeFileSync(join(stage, 'init'), INIT);
  chmodSync(join(stage, 'init'), 0o755);
  chmodSync(join(stage, 'bin/node'), 0o755);
  await ok('sh', ['-c', `cd '${stage}' && find . | '${busybox}' cpio -o -H newc >'${file}'`]);
  rmSync(stage, { recursive: true, force: true });
}
