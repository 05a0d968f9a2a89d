import { US_PER_MS } from '../domain/time.ts';
import type { EpochUs } from '../domain/time.ts';
import type { Look } from './text/look.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Everything of the outside world that a command touches. */
export interface Io {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly env: Environment;
  /** Aborted by Ctrl-C and SIGTERM, which from the call on no longer end the process by themselves. */
  interrupted(): AbortSignal;
  now(): EpochUs;
}

export function processIo(): Io {
  const { stdin, stdout, stderr, env } = process;
  return { stdin, stdout, stderr, env, interrupted, now: () => Date.now() * US_PER_MS };
}

function interrupted(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      controller.abort();
    });
  }
  return controller.signal;
}

export function writeLines(stream: NodeJS.WritableStream, lines: readonly string[]): void {
  if (lines.length > 0) stream.write(`${lines.join('\n')}\n`);
}

/** How to draw on this stream: https://no-color.org, FORCE_COLOR, TERM=dumb and the locale decide. */
export function lookOf(
  io: Io,
  stream: { readonly isTTY?: boolean; readonly columns?: number },
  noColor: boolean,
): Look {
  return {
    columns: columnsOf(io.env, stream),
    color: !noColor && wantsColor(io.env, stream.isTTY === true),
    unicode: isUtf8(io.env),
    now: io.now(),
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  };
}

function columnsOf(env: Environment, stream: { readonly columns?: number }): number | undefined {
  if (stream.columns !== undefined && stream.columns > 0) return stream.columns;
  const columns = Number(env['COLUMNS'] ?? '');
  return Number.isInteger(columns) && columns > 0 ? columns : undefined;
}

export function wantsColor(env: Environment, isTty: boolean): boolean {
  if (isSet(env['NO_COLOR'])) return false;
  const forced = env['FORCE_COLOR'];
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  return isTty && env['TERM'] !== 'dumb';
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '';
}

/** POSIX: LC_ALL, then LC_CTYPE, then LANG; an empty value counts as unset. */
export function isUtf8(env: Environment): boolean {
  const locale = [env['LC_ALL'], env['LC_CTYPE'], env['LANG']].find(isSet) ?? 'C';
  return /utf-?8/i.test(locale);
}
