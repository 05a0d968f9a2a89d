import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { shellQuote } from '../hosts/remote/shell-quote.ts';
import type { HostLink } from '../hosts/transport.ts';

export interface ScriptOptions {
  /** Put into the script as `$1`, `$2`, … */
  readonly args?: readonly string[];
  /** Sent to its standard input. */
  readonly input?: Readable;
  readonly signal?: AbortSignal;
}

export interface ScriptResult {
  /** `undefined` where the link was lost or the script was killed. */
  readonly status: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** A host says no more than this of anything that is asked here. */
const OUTPUT_LIMIT = 64 * 1_024;

/**
 * Runs a script of ours on the host by `sh`, whatever the login shell. The script is one line without single quotes
 * and backslashes. Rejects with the signal's reason when it aborts.
 */
export async function runScript(
  link: HostLink,
  script: string,
  { args = [], input, signal }: ScriptOptions = {},
): Promise<ScriptResult> {
  signal?.throwIfAborted();
  const words = [script, 'inquest-script', ...args].map(shellQuote);
  const child = await link.execute(`exec sh -c ${words.join(' ')}`);
  const kill = (): void => {
    child.kill();
  };
  signal?.addEventListener('abort', kill, { once: true });
  if (signal?.aborted === true) kill();
  try {
    const stdout = textOf(child.stdout);
    const stderr = textOf(child.stderr);
    // Whoever stops reading says why by its status; the broken pipe says nothing.
    if (input === undefined) child.stdin.end();
    else await pipeline(input, child.stdin).catch(() => undefined);
    const status = await child.ended;
    signal?.throwIfAborted();
    return { status, stdout: stdout(), stderr: stderr() };
  } finally {
    signal?.removeEventListener('abort', kill);
  }
}

function textOf(stream: Readable): () => string {
  let text = '';
  stream.setEncoding('utf8').on('data', (chunk: string) => {
    if (text.length < OUTPUT_LIMIT) text += chunk;
  });
  return () => text.slice(0, OUTPUT_LIMIT);
}
