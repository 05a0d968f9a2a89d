import { chmodSync, copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Dockerd } from './dockerd.ts';
import { importFolder, ok, writeForeign } from './rootfs.ts';

const IMAGE = 'inquest-test/die:latest';

/**
 * Busybox and programs that die: /bin/die in the way that its argument names, /bin/throw of a C++ exception.
 * /bin/foreign is for another processor, /bin/plain lacks its executable bit. Resolves to the image's name.
 */
export async function buildDieImage(dockerd: Dockerd): Promise<string> {
  await dockerd.importBusybox();
  const rootfs = join(dockerd.root, 'die');
  mkdirSync(rootfs, { recursive: true });
  await ok('cp', ['-a', `${join(dockerd.root, 'busybox')}/.`, rootfs]);
  const bin = join(rootfs, 'bin');
  const die = join(bin, 'die');
  await ok('cc', ['-O1', '-static', '-pthread', '-w', '-o', die, join(import.meta.dirname, 'die.c')]);
  await ok('c++', ['-O1', '-static', '-o', join(bin, 'throw'), join(import.meta.dirname, 'throw.cc')]);
  writeForeign(die, join(bin, 'foreign'));
  copyFileSync(die, join(bin, 'plain'));
  chmodSync(join(bin, 'plain'), 0o644);
  return importFolder(dockerd, rootfs, IMAGE);
}
