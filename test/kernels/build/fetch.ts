import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ARCHITECTURES } from '../../../.config/bundle/architectures.ts';
import type { Architecture } from '../../../.config/bundle/architectures.ts';
import { messageOf } from '../../../agent/domain/errors.ts';
import { runCommand } from '../../support/run-command.ts';
import { kernelPackageOf } from '../matrix.ts';
import type { Kernel } from '../matrix.ts';
import { CACHE, mirror } from './image.ts';

/** Lists of packages and what is fetched itself, from a mirror that may be slow. */
const FETCH_TIMEOUT_MS = 900_000;
/** The oldest C library that still has what a machine of Node.js needs. */
const LIBRARIES_OF = 'bookworm';
const PROGRAMS = ['busybox-static', 'libc6', 'libstdc++6', 'libgcc-s1'] as const;

/** The mirror does not answer, or does not have it: says nothing about Inquest. */
export class NotFetched extends Error {
  override readonly name = 'NotFetched';
}

/** The kernel of a Debian release alone, fetched once. Resolves to its file; rejects with NotFetched. */
export async function kernelFor({ suite }: Kernel, architecture: Architecture): Promise<string> {
  const folder = await fetched(`kernel-${suite}-${architecture}`, suite, architecture, (from, out) => [
    'kernel.sh',
    ...[suite, from, ARCHITECTURES[architecture].debian, kernelPackageOf(architecture), out],
  ]);
  return join(folder, 'vmlinuz');
}

/** Busybox and the libraries of a program of another architecture. Resolves to the folder; rejects with NotFetched. */
export function foreignPrograms(architecture: Architecture): Promise<string> {
  return fetched(`programs-${architecture}`, LIBRARIES_OF, architecture, (from, out) => [
    'packages.sh',
    ...[LIBRARIES_OF, from, ARCHITECTURES[architecture].debian, out, ...PROGRAMS],
  ]);
}

async function fetched(
  name: string,
  suite: string,
  architecture: Architecture,
  how: (from: string, out: string) => readonly string[],
): Promise<string> {
  const folder = join(CACHE, name);
  if (existsSync(folder)) return folder;
  const work = `${folder}.new`;
  rmSync(work, { recursive: true, force: true });
  const from = await mirror().catch((error: unknown) => {
    throw new NotFetched(messageOf(error), { cause: error });
  });
  const [script = '', ...argv] = how(from, work);
  const { code, stderr } = await runCommand(join(import.meta.dirname, script), argv, { timeoutMs: FETCH_TIMEOUT_MS });
  if (code !== 0) throw new NotFetched(`${suite} for ${architecture} could not be fetched: ${stderr.trim()}`);
  renameSync(work, folder);
  return folder;
}
