import { type ChildProcess, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import type { Failure, FileResult, Skip, TestRecord } from './result.ts';

export interface FileRun {
  /** Relative to `testRoot`. */
  readonly file: string;
  readonly testRoot: string;
  /** Where this run's event file goes. */
  readonly scratch: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly timeoutMs: number;
}

const KILL_AFTER_MS = 5_000;
const OUTPUT_KEPT = 20_000;
const running = new Set<ChildProcess>();

const RECORD = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('passed') }),
  z.object({ kind: z.literal('failed'), name: z.string(), error: z.string() }),
  z.object({ kind: z.literal('skipped'), name: z.string(), reason: z.string() }),
  z.object({ kind: z.literal('end') }),
]);

/** Runs one test file in a process group of its own and resolves whatever happens to it. */
export async function runFile(run: FileRun): Promise<FileResult> {
  const events = join(run.scratch, `${run.file.replaceAll('/', '_')}.ndjson`);
  const startedAt = performance.now();
  const child = spawn(
    process.execPath,
    [
      '--disable-warning=ExperimentalWarning',
      `--test-reporter=${join(import.meta.dirname, 'reporter.ts')}`,
      `--test-reporter-destination=${events}`,
      join(run.testRoot, run.file),
    ],
    { cwd: join(run.testRoot, '..'), env: run.environment, stdio: ['ignore', 'pipe', 'pipe'], detached: true },
  );
  running.add(child);
  let output = '';
  const keep = (chunk: Buffer): void => {
    output = (output + chunk.toString('utf8')).slice(-OUTPUT_KEPT);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const ended = await untilEnd(child, run.timeoutMs);
  running.delete(child);
  return summarise(run.file, ended, await readRecords(events), output, performance.now() - startedAt);
}

/** Ends every file that is still running: for an interrupted run. */
export function stopRunningFiles(): void {
  for (const child of running) signalGroup(child, 'SIGTERM');
}

interface Ended {
  readonly description: string | undefined;
}

async function untilEnd(child: ChildProcess, timeoutMs: number): Promise<Ended> {
  const exit = new Promise<Ended>((resolve) => {
    child.once('error', (error) => {
      resolve({ description: `could not be started: ${error.message}` });
    });
    // `exit`, not `close`: a process left behind may hold the pipes open, and is reported as a leftover.
    child.once('exit', (code, signal) => {
      resolve({ description: describeExit(code, signal) });
    });
  });
  const abort = new AbortController();
  const timeout = delay(timeoutMs, undefined, { signal: abort.signal }).then(
    () => 'timeout' as const,
    () => 'aborted' as const,
  );
  const first = await Promise.race([exit, timeout]);
  if (first !== 'timeout') {
    abort.abort();
    return exit;
  }
  signalGroup(child, 'SIGTERM');
  const gone = await Promise.race([exit.then(() => true), delay(KILL_AFTER_MS, false)]);
  if (!gone) signalGroup(child, 'SIGKILL');
  await exit;
  return { description: `did not end within ${String(timeoutMs / 1_000)} s` };
}

function describeExit(code: number | null, signal: NodeJS.Signals | null): string | undefined {
  if (code === 0) return undefined;
  return code === null ? `was ended by ${String(signal)}` : `exited with ${String(code)}`;
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

async function readRecords(events: string): Promise<readonly TestRecord[]> {
  let text: string;
  try {
    text = await readFile(events, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
  // A killed process may leave half a line at the end.
  const lines = text.slice(0, text.lastIndexOf('\n') + 1).split('\n');
  return lines.filter((line) => line !== '').map((line) => RECORD.parse(JSON.parse(line)));
}

function summarise(
  file: string,
  ended: Ended,
  records: readonly TestRecord[],
  output: string,
  durationMs: number,
): FileResult {
  const failures: Failure[] = [];
  const skips: Skip[] = [];
  let passed = 0;
  for (const record of records) {
    if (record.kind === 'passed') passed += 1;
    if (record.kind === 'failed') failures.push(record);
    if (record.kind === 'skipped') skips.push(record);
  }
  const complete = records.at(-1)?.kind === 'end';
  const problem = fileProblem(ended, complete, passed + failures.length + skips.length, failures.length);
  if (problem !== undefined) failures.push({ name: 'the file as a whole', error: problem });
  return { file, passed, failures, skips, durationMs, output };
}

/** What is wrong with the process although its tests may look well. */
function fileProblem(ended: Ended, complete: boolean, tests: number, failures: number): string | undefined {
  if (!complete) return `the process ${ended.description ?? 'left before its tests were done'}`;
  if (ended.description !== undefined && failures === 0) return `the process ${ended.description}`;
  if (tests === 0) return 'there is no test in it';
  return undefined;
}
