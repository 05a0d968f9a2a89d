/**
 * Proves Inquest on other kernels: boots each of them under emulation with the bundle inside, lets containers die
 * there, and prints what was said. Arguments select kernels by name, A=arm64 the architecture; ONLY=part,part selects scenarios, ONLY=all plays
 * also those that no kernel makes different. With RECORD set, the results are written to
 * test/kernels/results, from which the table in README.md is made; of some scenarios, into what is there. What only a
 * machine of its own can play is then written down as golden data, too.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { messageOf } from '../../agent/domain/errors.ts';
import { writeRecording } from '../golden/files.ts';
import { endedFromOutside } from '../support/ended.ts';
import { imageFor } from './build/image.ts';
import { writeLabDisk } from './build/lab-disk.ts';
import { runMachine } from './machine.ts';
import type { Kernel } from './matrix.ts';
import { chosenArchitecture, chosenKernels } from './matrix.ts';
import { renderMatrix } from './matrix-table.ts';
import type { GuestRecord, ScenarioResult } from './result.ts';
import { keepResult, readResults, replayed, resultOf } from './results.ts';
import { isWhole } from './selection.ts';

/** Under emulation on a busy machine; a guest alone needs a third. */
const TIMEOUT_MS = 2_400_000;
const MS_PER_SECOND = 1_000;

const only = (process.env['ONLY'] ?? '').split(',').filter((part) => part !== '');
const isRecording = (process.env['RECORD'] ?? '') !== '';
const architecture = chosenArchitecture(process.env['A']);
const kernels = chosenKernels(process.argv.slice(2));
const folder = mkdtempSync(join(tmpdir(), 'inq-kernels-'));
const consoles = join(import.meta.dirname, '../../dist/kernels');
mkdirSync(consoles, { recursive: true });
const results = new Map<string, readonly ScenarioResult[]>();
let failed = false;
/** Ended from outside: the machine ends, and what was written for it goes. */
const ended = endedFromOutside();
try {
  const labDisk = join(folder, 'lab.img');
  await writeLabDisk(labDisk, architecture);
  for (const kernel of kernels) {
    if (!ended.aborted) results.set(kernel.name, await prove(kernel, labDisk));
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.stdout.write(`\n${renderMatrix(results)}\n`);
process.exitCode = failed ? 1 : 0;

async function prove(kernel: Kernel, labDisk: string): Promise<readonly ScenarioResult[]> {
  try {
    const image = await imageFor(kernel, architecture);
    process.stdout.write(`${kernel.name}: ${image.release}, Debian ${kernel.suite}\n`);
    const begin = performance.now();
    const consoleFile = join(consoles, `${kernel.name}${architecture === 'x64' ? '' : `-${architecture}`}.log`);
    const records = await runMachine(
      {
        image,
        architecture,
        labDisk,
        only,
        record: isRecording && architecture === process.arch,
        consoleFile,
        signal: ended,
      },
      TIMEOUT_MS,
    );
    ended.throwIfAborted();
    const seconds = (performance.now() - begin) / MS_PER_SECOND;
    return report(kernel, records, seconds, consoleFile);
  } catch (error) {
    failed = true;
    process.stdout.write(`${kernel.name}: ${messageOf(error)}\n`);
    return [];
  }
}

function report(
  kernel: Kernel,
  records: readonly GuestRecord[],
  seconds: number,
  consoleFile: string,
): readonly ScenarioResult[] {
  const scenarios = records.flatMap((record) => (record.kind === 'scenario' ? [record.scenario] : []));
  for (const record of records) {
    if (record.kind === 'machine')
      process.stdout.write(
        `  up after ${record.uptimeSeconds.toFixed(0)} s, Docker ${record.docker}, glibc ${record.glibc}\n`,
      );
    if (record.kind === 'doctor') {
      const bad = record.checks.filter(({ state }) => state !== 'ok');
      process.stdout.write(`  doctor: ${record.ok ? 'can work' : 'CANNOT work'}\n`);
      for (const { title, detail } of bad) process.stdout.write(`    ${title}: ${detail}\n`);
    }
    if (record.kind === 'programs') {
      for (const { name, attached, reason } of record.programs)
        if (!attached) process.stdout.write(`    ${name} is not attached: ${reason ?? 'no reason given'}\n`);
    }
    if (record.kind === 'recording') writeRecording(record.name, record.text);
    if (record.kind === 'failed') process.stdout.write(`  FAILED: ${record.message}\n`);
  }
  const wrong = scenarios.filter(({ outcome }) => outcome === 'wrong');
  const right = scenarios.filter(({ outcome }) => outcome === 'right').length;
  process.stdout.write(
    `  ${String(right)} right, ${String(wrong.length)} wrong, ${String(scenarios.length - right - wrong.length)} skipped in ${seconds.toFixed(0)} s\n`,
  );
  for (const { name, said, failure } of wrong) process.stdout.write(`\n${name}: ${said}\n${failure ?? ''}\n`);
  const whole = records.some(({ kind }) => kind === 'done');
  if (!whole) process.stdout.write(`  it did not come to its end; the console is in ${consoleFile}\n`);
  failed ||= wrong.length > 0 || !whole;
  keepWhat(kernel, records, whole);
  return scenarios;
}

/** All of it, or in the place of what was kept of the same kernel before. */
function keepWhat(kernel: Kernel, records: readonly GuestRecord[], whole: boolean): void {
  const result = resultOf(kernel, architecture, records, new Date().toISOString());
  if (result === undefined) return;
  const kept = readResults().find((one) => one.kernel === kernel.name && one.architecture === architecture);
  if (isWhole(only)) keepResult(result);
  else if (whole && kept?.release === result.release) keepResult(replayed(kept, result));
}
