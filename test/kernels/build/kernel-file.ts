import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../../../agent/domain/errors.ts';
import { runCommand } from '../../support/run-command.ts';
import type { Kernel } from '../matrix.ts';
import { CACHE, mirror } from './image.ts';

/** Lists of packages and the kernel itself, from a mirror that may be slow. */
const FETCH_TIMEOUT_MS = 900_000;

/** The mirror does not answer, or does not have it: says nothing about Inquest. */
export class KernelNotFetched extends Error {
  override readonly name = 'KernelNotFetched';
}

/** The kernel of a Debian release alone, fetched once. Resolves to its file; rejects with KernelNotFetched. */
export async function kernelFor({ suite, kernelPackage }: Kernel): Promise<string> {
  const folder = join(CACHE, `kernel-${suite}`);
  if (!existsSync(folder)) {
    const work = `${folder}.new`;
    rmSync(work, { recursive: true, force: true });
    const script = join(import.meta.dirname, 'kernel.sh');
    const timeoutMs = FETCH_TIMEOUT_MS;
    const from = await mirror().catch((error: unknown) => {
      throw new KernelNotFetched(messageOf(error), { cause: error });
    });
    const { code, stderr } = await runCommand(script, [suite, from, kernelPackage, work], { timeoutMs });
    if (code !== 0) throw new KernelNotFetched(`the kernel of ${suite} could not be fetched: ${stderr.trim()}`);
    renameSync(work, folder);
  }
  return join(folder, 'vmlinuz');
}
