import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { CACHE as KERNELS, mirror } from '../../kernels/build/image.ts';
import { runCommand } from '../../support/run-command.ts';

/** What a cluster is made of. */
export interface ClusterParts {
  /** Folder with Kubernetes' programs. */
  readonly binaries: string;
  /** A bare Debian, as the base of an image. */
  readonly base: string;
}

/** The last release whose Kubernetes comes with all its sources. */
const SUITE = 'bookworm';
const CACHE = join(KERNELS, '../cluster');
const BUILD_TIMEOUT_MS = 5_400_000;

/** Builds them, or takes those that were built by the same recipe. */
export async function clusterParts(): Promise<ClusterParts> {
  const script = join(import.meta.dirname, 'kubernetes.sh');
  const digest = createHash('sha256').update(readFileSync(script)).digest('hex').slice(0, 12);
  const folder = join(CACHE, `${SUITE}-${digest}`);
  if (!existsSync(folder)) {
    process.stderr.write(
      'cluster: building Kubernetes from its source package, once; this takes some fifteen minutes\n',
    );
    mkdirSync(CACHE, { recursive: true });
    for (const name of readdirSync(CACHE)) rmSync(join(CACHE, name), { recursive: true, force: true });
    const work = `${folder}.new`;
    const { code, stdout, stderr } = await runCommand(script, [SUITE, await mirror(), work], {
      timeoutMs: BUILD_TIMEOUT_MS,
    });
    if (code !== 0) throw new Error(`Kubernetes could not be built:\n${`${stdout}\n${stderr}`.slice(-4_000)}`);
    renameSync(work, folder);
  }
  return { binaries: join(folder, 'bin'), base: join(folder, 'base.tar') };
}
