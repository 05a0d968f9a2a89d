/**
 * Runs the tests: those that only compute side by side, those that share the kernel one after another. The last line
 * is `N passed, N failed, N skipped`. Arguments select files by a part of their path.
 */
import { chmodSync, globSync, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { removeLeftovers } from './runner/leftovers.ts';
import { printDetails, printFile } from './runner/print.ts';
import type { FileResult } from './runner/result.ts';
import { runFile } from './runner/run-file.ts';

const UNIT_TIMEOUT_MS = 180_000;
const SERIAL_TIMEOUT_MS = 300_000;
/** Cheap ones first; what is not named here comes last. */
const SERIAL_ORDER = ['native', 'integration', 'scenarios', 'editor'];

const testRoot = import.meta.dirname;
// Short: Unix sockets below it must fit into 108 bytes.
const temporary = mkdtempSync('/tmp/iqt-');
// Tests of permissions have strangers look inside.
chmodSync(temporary, 0o755);
const scratch = mkdtempSync('/tmp/iqr-');
const environment: NodeJS.ProcessEnv = { ...process.env, TMPDIR: temporary, INQUEST_TEST_RUN: temporary };
const interrupt = new AbortController();

function discover(filters: readonly string[]): {
  readonly unit: readonly string[];
  readonly serial: readonly string[];
} {
  const files = globSync('**/*.test.ts', { cwd: testRoot })
    .filter((file) => filters.length === 0 || filters.some((filter) => `test/${file}`.includes(filter)))
    .sort((a, b) => rank(a) - rank(b) || a.localeCompare(b));
  return { unit: files.filter((file) => rank(file) < 0), serial: files.filter((file) => rank(file) >= 0) };
}

function rank(file: string): number {
  const group = file.split('/', 1)[0] ?? '';
  if (group === 'unit') return -1;
  const position = SERIAL_ORDER.indexOf(group);
  return position < 0 ? SERIAL_ORDER.length : position;
}

async function runAll(files: readonly string[], timeoutMs: number, atOnce: number): Promise<readonly FileResult[]> {
  const results: FileResult[] = [];
  const waiting = files.values();
  const work = async (): Promise<void> => {
    for (const file of waiting) {
      if (interrupt.signal.aborted) return;
      const result = await runFile({ file, testRoot, scratch, environment, timeoutMs, interrupt: interrupt.signal });
      printFile(result);
      results.push(result);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return results;
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    interrupt.abort();
  });
}

const { unit, serial } = discover(process.argv.slice(2));
const results = [
  ...(await runAll(unit, UNIT_TIMEOUT_MS, availableParallelism())),
  ...(await runAll(serial, SERIAL_TIMEOUT_MS, 1)),
];
const leftovers = await removeLeftovers(temporary);
rmSync(scratch, { recursive: true, force: true });

printDetails(results, leftovers);
const interrupted = interrupt.signal.aborted;
const passed = results.reduce((sum, result) => sum + result.passed, 0);
const skipped = results.reduce((sum, result) => sum + result.skips.length, 0);
const failed = results.reduce((sum, result) => sum + result.failures.length, leftovers.length) + (interrupted ? 1 : 0);
if (interrupted) console.log('\nInterrupted: not all tests were run.');
if (results.length === 0) console.log('\nNo test file matches.');
console.log(`${String(passed)} passed, ${String(failed)} failed, ${String(skipped)} skipped`);
process.exitCode = failed > 0 || results.length === 0 ? 1 : 0;
