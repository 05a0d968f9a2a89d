/**
 * Loads and attaches the kernel programs on other kernels: each boots by emulation into nothing but the addon. Tells in
 * a minute what the verifier of each says and whether deaths without a runtime are recorded right; whether the verdict on
 * a container is right there, `make kernels` tells. A kernel that the mirror does not hand out is skipped by name.
 * Arguments select kernels by name; A=arm64 loads them on that architecture, for which all was compiled before.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { messageOf } from '../../../agent/domain/errors.ts';
import { NotFetched, kernelFor } from '../build/fetch.ts';
import { chosenArchitecture, chosenKernels } from '../matrix.ts';
import type { Kernel } from '../matrix.ts';
import { lackingOf } from '../needed.ts';
import { CONSOLE, runQemu } from '../qemu.ts';
import { keepLoad } from '../results.ts';
import { writeLoadInitramfs } from './initramfs.ts';
import { findReport } from './report.ts';

const TIMEOUT_MS = 600_000;
const MS_PER_SECOND = 1_000;

const architecture = chosenArchitecture(process.env['A']);
const folder = mkdtempSync(join(tmpdir(), 'inq-load-'));
const consoles = join(import.meta.dirname, '../../../dist/kernels');
mkdirSync(consoles, { recursive: true });
try {
  const initramfs = join(folder, 'initramfs.cpio');
  await writeLoadInitramfs(initramfs, architecture);
  for (const kernel of chosenKernels(process.argv.slice(2))) {
    const said = await load(kernel, initramfs).catch((error: unknown) => {
      if (error instanceof NotFetched) return `skipped, ${messageOf(error)}`;
      process.exitCode = 1;
      return messageOf(error);
    });
    process.stdout.write(`${kernel.name}${architecture === process.arch ? '' : ` ${architecture}`}: ${said}\n`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function load(kernel: Kernel, initramfs: string): Promise<string> {
  const vmlinuz = await kernelFor(kernel, architecture);
  const begin = performance.now();
  const consoleFile = join(consoles, `load-${kernel.name}-${architecture}.log`);
  const append = [
    `console=${CONSOLE[architecture]}`,
    'quiet',
    'panic=-1',
    'mitigations=off',
    'nokaslr',
    'no_timer_check',
  ].join(' ');
  const machine = ['-smp', '1', '-m', '1024', '-kernel', vmlinuz, '-initrd', initramfs, '-append', append];
  await runQemu([...machine, '-nic', 'none'], consoleFile, TIMEOUT_MS, { architecture });
  const report = findReport(readFileSync(consoleFile, 'utf8'));
  if (report === undefined) throw new Error(`the programs were not loaded; the console is in ${consoleFile}`);
  keepLoad({ kernel: kernel.name, architecture, suite: kernel.suite, at: new Date().toISOString(), ...report });
  const lacking = lackingOf(report.programs);
  const refused = report.programs.filter(({ attached }) => !attached);
  for (const { name, reason } of refused) process.stdout.write(`  ${name}: ${reason ?? 'not attached'}\n`);
  const wrong = report.deaths.filter(({ failure }) => failure !== undefined);
  for (const { title, failure } of wrong) process.stdout.write(`  ${title}: ${failure ?? ''}\n`);
  if (lacking.length > 0 || wrong.length > 0) process.exitCode = 1;
  const seconds = ((performance.now() - begin) / MS_PER_SECOND).toFixed(0);
  const lost =
    lacking.length === 0 ? 'nothing is lost' : `lost: ${lacking.map(({ otherwise }) => otherwise).join('; ')}`;
  return `${report.release}, ${String(report.programs.length - refused.length)} of ${String(report.programs.length)} programs, ${lost}, ${String(report.deaths.length - wrong.length)} of ${String(report.deaths.length)} deaths recorded right, ${seconds} s`;
}
