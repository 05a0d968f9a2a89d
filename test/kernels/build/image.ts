import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { ARCHITECTURES } from '../../../.config/bundle/architectures.ts';
import type { Architecture } from '../../../.config/bundle/architectures.ts';
import { runCommand } from '../../support/run-command.ts';
import { kernelPackageOf } from '../matrix.ts';
import type { Kernel } from '../matrix.ts';
import { writeInitramfs } from './initramfs.ts';

/** What a virtual machine starts from. */
export interface Image {
  readonly disk: string;
  readonly kernel: string;
  readonly initramfs: string;
  /** `6.1.0-50-cloud-amd64`. */
  readonly release: string;
}

const BUILD_TIMEOUT_MS = 3_600_000;
export const CACHE = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'inquest/kernels');
/** The disk's bytes follow from these. */
const RECIPE = ['rootfs.sh', 'foreign.sh', 'initramfs.ts', '../guest/inquest-lab.service'];

/** Builds the image, or takes the one that was built from the same recipe. */
export async function imageFor(kernel: Kernel, architecture: Architecture): Promise<Image> {
  const prefix = `${kernel.suite}-${ARCHITECTURES[architecture].debian}-`;
  const folder = join(CACHE, `${prefix}${digestOf(kernel, architecture)}`);
  if (!existsSync(folder)) {
    await build(kernel, architecture, folder);
    for (const name of readdirSync(CACHE)) {
      if (name.startsWith(prefix) && join(CACHE, name) !== folder)
        rmSync(join(CACHE, name), { recursive: true, force: true });
    }
  }
  return {
    disk: join(folder, 'disk.img'),
    kernel: join(folder, 'vmlinuz'),
    initramfs: join(folder, 'initramfs.cpio'),
    release: readdirSync(join(folder, 'modules'))[0] ?? '',
  };
}

function digestOf(kernel: Kernel, architecture: Architecture): string {
  const named = [kernel.suite, kernelPackageOf(architecture), ...kernel.packages];
  const hash = createHash('sha256').update(named.join(' '));
  for (const file of RECIPE) hash.update(readFileSync(join(import.meta.dirname, file)));
  return hash.digest('hex').slice(0, 12);
}

async function build({ name, suite, packages }: Kernel, architecture: Architecture, folder: string): Promise<void> {
  process.stderr.write(`${name}: building the image of Debian ${suite}, once; this takes minutes\n`);
  mkdirSync(CACHE, { recursive: true });
  const work = `${folder}.new`;
  const script = join(import.meta.dirname, 'rootfs.sh');
  const { debian } = ARCHITECTURES[architecture];
  const argv = [suite, await mirror(), debian, kernelPackageOf(architecture), work, ...packages];
  const { code, stdout, stderr } = await runCommand(script, argv, { timeoutMs: BUILD_TIMEOUT_MS });
  if (code !== 0) throw new Error(`the image of ${suite} could not be built:\n${`${stdout}\n${stderr}`.slice(-4_000)}`);
  rmSync(work, { recursive: true, force: true });
  await writeInitramfs(`${work}.kept`, join(`${work}.kept`, 'initramfs.cpio'));
  renameSync(`${work}.kept`, folder);
}

/** Where this machine itself gets its packages. */
export async function mirror(): Promise<string> {
  const { stdout } = await runCommand('apt-get', ['indextargets', '--format', '$(SITE)', 'Identifier: Packages']);
  const site = stdout.split('\n').find((line) => /^https?:\/\/\S*debian\S*$/.test(line) && !line.includes('security'));
  if (site === undefined) throw new Error('no package source of Debian is set up on this machine');
  return site;
}
