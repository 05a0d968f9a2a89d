/** Compiles the addon and the kernel programs for the architectures that are not this machine's, into dist/ARCHITECTURE. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ARCHITECTURES } from './architectures.ts';
import { ROOT } from './root.ts';
import { run } from './run.ts';

const wanted = process.argv.slice(2);
for (const architecture of ['x64', 'arm64'] as const) {
  if (architecture === process.arch || (wanted.length > 0 && !wanted.includes(architecture))) continue;
  const { machine, debian } = ARCHITECTURES[architecture];
  const sysroot = run(join(import.meta.dirname, 'sysroot.sh'), debian).trim();
  const argv = ['-s', '-C', join(ROOT, 'agent/native'), `MACHINE=${machine}`, `SYSROOT=${sysroot}`];
  const { status } = spawnSync('make', [...argv, `OUT=${join(ROOT, 'dist', architecture)}`], { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
