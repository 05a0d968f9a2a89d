import type { ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { errorCode } from '../../agent/domain/errors.ts';

/** A command-line client that becomes the session: ssh, kubectl. */
export type ClientProcess = ChildProcessByStdio<Writable, Readable, Readable>;

const STDERR_KEPT = 16 * 1_024;
const KILL_AFTER_MS = 2_000;

/**
 * The client with what it started, which may still wait for an answer: a ProxyCommand, the ssh to a jump host, a
 * program that names the user. Only of one that was spawned `detached`.
 */
export function endAll(child: ClientProcess): void {
  signalAll(child, 'SIGTERM');
  if (child.exitCode !== null || child.signalCode !== null) return;
  // ssh notes a SIGTERM and looks at the note when something else wakes it: one that comes in between may be slept over.
  const timer = setTimeout(() => {
    signalAll(child, 'SIGKILL');
  }, KILL_AFTER_MS).unref();
  child.once('exit', () => {
    clearTimeout(timer);
  });
}

function signalAll(child: ClientProcess, signal: 'SIGTERM' | 'SIGKILL'): void {
  const { pid } = child;
  if (pid === undefined || !hasUnixSockets()) {
    child.kill(signal);
    return;
  }
  try {
    process.kill(-pid, signal);
  } catch (error) {
    // All of them have ended.
    if (errorCode(error) !== 'ESRCH') throw error;
  }
}

/** Ends it for good: whoever outlives it must not hold our end of its pipes. */
export function letGo(child: ClientProcess): void {
  child.stdin.destroy();
  endAll(child);
  child.stdout.destroy();
  child.stderr.destroy();
}

/** Windows has neither process groups nor Unix sockets that Node.js could open. */
export function hasUnixSockets(): boolean {
  return process.platform !== 'win32';
}

/** What a client says and how it ends. */
export class ClientEnd {
  readonly #exited: Promise<unknown>;
  spawnError: Error | undefined;
  stderr = '';

  constructor(child: ClientProcess) {
    child.stderr.on('data', (chunk: Buffer) => {
      this.stderr = (this.stderr + chunk.toString()).slice(-STDERR_KEPT);
    });
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.#exited = promise;
    child.on('close', () => {
      resolve(undefined);
    });
    child.on('error', (error) => {
      this.spawnError = error;
      child.stdout.destroy();
      resolve(undefined);
    });
  }

  /** What it said last; empty when nothing. */
  get lastWords(): string {
    return this.stderr.trimEnd().split('\n').at(-1) ?? '';
  }

  /** Whether it has ended, after so long at the most. */
  async within(ms: number): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const timer = setTimeout(resolve, ms, false);
    try {
      return await Promise.race([promise, this.#exited.then(() => true)]);
    } finally {
      clearTimeout(timer);
    }
  }
}
