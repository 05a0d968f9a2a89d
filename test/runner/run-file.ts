import { type ChildProcess, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import * as z from 'zod';
import type { Failure, FileResult, Skip, TestRecord } from './result.ts';

export interface FileRun {
  /** Relative to `testRoot`. */
  readonly file: string;
  readonly testRoot: string;
  /** Where this run's event file goes. */
  readonly scratch: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly timeoutMs: number;
  /** Ends the file at once: an interrupted run. */
  readonly interrupt: AbortSignal;
}

const KILL_AFTER_MS = 5_000;
const OUTPUT_KEPT = 20_000;

const RECORD = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('started'), name: z.string() }),
  z.object({ kind: z.literal('passed') }),
  z.object({ kind: z.literal('failed'), name: z.string(), error: z.string() }),
  z.object({ kind: z.literal('skipped'), name: z.string(), reason: z.string() }),
  z.object({ kind: z.literal('noted'), text: z.string() }),
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
  let output = '';
  const keep = (chunk: Buffer): void => {
    output = (output + chunk.toString('utf8')).slice(-OUTPUT_KEPT);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const ended = await untilEnd(child, run);
  return summarise(run.file, ended, await readRecords(events), output, performance.now() - startedAt);
}

interface Ended {
  readonly description: string | undefined;
}

async function untilEnd(child: ChildProcess, { timeoutMs, interrupt }: FileRun): Promise<Ended> {
  const exit = new Promise<Ended>((resolve) => {
    child.once('error', (error) => {
      resolve({ description: `could not be started: ${error.message}` });
    });
    // `exit`, not `close`: a process left behind may hold the pipes open, and is reported as a leftover.
    child.once('exit', (code, signal) => {
      resolve({ description: describeExit(code, signal) });
    });
  });
  const ended = new AbortController();
  const deadline = delay(timeoutMs, 'late' as const, { signal: AbortSignal.any([ended.signal, interrupt]) }).catch(
    () => 'interrupted' as const,
  );
  const first = await Promise.race([exit, deadline]);
  ended.abort();
  if (first !== 'late' && first !== 'interrupted') return first;
  signalGroup(child, 'SIGTERM');
  const gone = await Promise.race([exit.then(() => true), delay(KILL_AFTER_MS, false)]);
  if (!gone) signalGroup(child, 'SIGKILL');
  await exit;
  return {
    description: first === 'late' ? `did not end within ${String(timeoutMs / 1_000)} s` : 'was interrupted',
  };
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
  const notes: string[] = [];
  let passed = 0;
  let lastStarted = '';
  for (const record of records) {
    if (record.kind === 'started') lastStarted = record.name;
    if (record.kind === 'passed') passed += 1;
    if (record.kind === 'failed') failures.push(record);
    if (record.kind === 'skipped') skips.push(record);
    if (record.kind === 'noted') notes.push(record.text);
  }
  const complete = records.at(-1)?.kind === 'end';
  const problem = fileProblem(ended, complete, passed + failures.length + skips.length, failures.length);
  if (problem !== undefined) {
    const hint = complete || lastStarted === '' ? '' : `; the last test that started is '${lastStarted}'`;
    failures.push({ name: 'the file as a whole', error: `${problem}${hint}` });
  }
  return { file, passed, failures, skips, notes, durationMs, output };
}

/** What is wrong with the process although its tests may look well. */
function fileProblem(ended: Ended, complete: boolean, tests: number, failures: number): string | undefined {
  if (!complete) return `the process ${ended.description ?? 'left before its tests were done'}`;
  if (ended.description !== undefined && failures === 0) return `the process ${ended.description}`;
  if (tests === 0) return 'there is no test in it';
  return undefined;
}
