import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Dockerd } from './dockerd.ts';
import { runCommand } from './run-command.ts';

const IMAGE = 'inquest-test/die:latest';

/** Busybox and /bin/die, a program that dies in the way its argument names. Resolves to the image's name. */
export async function buildDieImage(dockerd: Dockerd): Promise<string> {
  await dockerd.importBusybox();
  const rootfs = join(dockerd.root, 'die');
  mkdirSync(rootfs, { recursive: true });
  await ok('cp', ['-a', `${join(dockerd.root, 'busybox')}/.`, rootfs]);
  const program = join(dockerd.root, 'die-program');
  await ok('cc', ['-O1', '-static', '-pthread', '-w', '-o', program, join(import.meta.dirname, 'die.c')]);
  copyFileSync(program, join(rootfs, 'bin/die'));
  const archive = join(dockerd.root, 'die.tar');
  await ok('tar', ['-C', rootfs, '-cf', archive, '.']);
  await dockerd.dockerOk('import', archive, IMAGE);
  return IMAGE;
}

async function ok(command: string, argv: readonly string[]): Promise<void> {
  const { code, stderr } = await runCommand(command, argv);
  if (code !== 0) throw new Error(`${command} exited with ${String(code)}: ${stderr}`);
}
