import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { runCommand } from './run-command.ts';
import type { CommandResult } from './run-command.ts';

const MAIN = fileURLToPath(new URL('../../agent/cli/main.ts', import.meta.url));

/** What a terminal of ours looks like: nothing of whoever runs the tests, but what coverage needs. */
export function plainEnvironment(more: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const { PATH, NODE_V8_COVERAGE } = process.env;
  return {
    ...(PATH === undefined ? {} : { PATH }),
    ...(NODE_V8_COVERAGE === undefined ? {} : { NODE_V8_COVERAGE }),
    LANG: 'C.UTF-8',
    TZ: 'UTC',
    ...more,
  };
}

/** Runs the command line from source and waits for its end. */
export async function inquest(
  args: readonly string[],
  options: { readonly env?: Readonly<Record<string, string>>; readonly input?: string | Uint8Array } = {},
): Promise<CommandResult> {
  return await runCommand(process.execPath, [MAIN, ...args], {
    env: plainEnvironment(options.env),
    ...(options.input === undefined ? {} : { input: options.input }),
  });
}

export interface RunningInquest extends AsyncDisposable {
  readonly child: ChildProcess;
  /** Resolves once standard output or error holds the text. Rejects when the command ends without it. */
  shows(stream: 'stdout' | 'stderr', text: string): Promise<void>;
  text(stream: 'stdout' | 'stderr'): string;
  /** The exit code; -1 when a signal ended it. */
  readonly ended: Promise<number>;
}

/** Starts the command line and leaves it running. Disposing kills it. */
export function startInquest(args: readonly string[]): RunningInquest {
  const child = spawn(process.execPath, [MAIN, ...args], { env: plainEnvironment(), stdio: ['pipe', 'pipe', 'pipe'] });
  const texts = { stdout: '', stderr: '' };
  const listeners = new Set<() => void>();
  let isOver = false;
  const changed = (): void => {
    for (const listener of listeners) listener();
  };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (chunk: string) => {
      texts[stream] += chunk;
      changed();
    });
  }
  const ended = new Promise<number>((resolve) => {
    child.on('close', (code) => {
      isOver = true;
      resolve(code ?? -1);
      changed();
    });
  });
  return {
    child,
    ended,
    text: (stream) => texts[stream],
    shows: (stream, text) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (texts[stream].includes(text)) resolve();
          else if (isOver) reject(new Error(`ended without “${text}”: ${texts.stdout}${texts.stderr}`));
          else return;
          listeners.delete(look);
        };
        listeners.add(look);
        look();
      }),
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
