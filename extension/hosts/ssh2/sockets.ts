import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { Duplex } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import { displayText } from '../../../agent/domain/display.ts';
import { errorCode, messageOf } from '../../../agent/domain/errors.ts';
import type { ResolvedHost } from '../config/resolve.ts';
import { HostError } from '../failure.ts';
import type { HostLog } from '../transport.ts';

/** Bytes to and from an SSH server. */
export interface Line {
  readonly stream: Duplex;
  close(): void;
  /** What the program behind the line said as it ended, where there is one and it ended by itself. */
  farewell?(): Promise<string | undefined>;
}

const NO_SUCH_HOST: ReadonlySet<string> = new Set(['ENOTFOUND', 'EAI_AGAIN', 'EAI_NODATA', 'EAI_NONAME']);

/** A TCP connection. Rejects with HostError `no-such-host` or `refused`. */
export async function connectTcp({ alias, hostName, port }: ResolvedHost, signal: AbortSignal): Promise<Line> {
  const socket = connect({ host: hostName, port, noDelay: true });
  try {
    await once(socket, 'connect', { signal });
  } catch (error) {
    socket.destroy();
    signal.throwIfAborted();
    if (NO_SUCH_HOST.has(errorCode(error) ?? '')) throw new HostError({ reason: 'no-such-host', host: alias }, error);
    throw new HostError(
      { reason: 'refused', host: alias, port, detail: WORDS.get(errorCode(error) ?? '') ?? messageOf(error) },
      error,
    );
  }
  return { stream: socket, close: () => socket.destroy() };
}

const WORDS: ReadonlyMap<string, string> = new Map([
  ['ECONNREFUSED', 'Connection refused'],
  ['EHOSTUNREACH', 'No route to host'],
  ['ENETUNREACH', 'Network is unreachable'],
  ['ETIMEDOUT', 'Connection timed out'],
  ['ECONNRESET', 'Connection reset'],
]);

/** A proxy whose end broke the connection has ended, or is about to. */
const FAREWELL_MS = 1000;
/** Of what a proxy writes to its standard error, the end that is kept, in bytes. */
const MAX_FAREWELL_BYTES = 500;

/** The person's ProxyCommand, run by a shell as ssh does; its standard streams are the connection. */
export function runProxyCommand(command: string, { alias }: ResolvedHost, log: HostLog): Line {
  const child =
    process.platform === 'win32'
      ? spawn(command, { shell: true, stdio: ['pipe', 'pipe', 'pipe'], windowsHide: true })
      : spawn(process.env['SHELL'] ?? '/bin/sh', ['-c', `exec ${command}`], { stdio: ['pipe', 'pipe', 'pipe'] });
  let said = '';
  const ended = once(child, 'close').then(([code, signal]: (number | string | null)[]) => {
    const how = signal === null ? `exit code ${String(code)}` : String(signal);
    return `the ProxyCommand ended with ${how}${said.trim() === '' ? '' : `: ${displayText(said.trim())}`}`;
  });
  ended.catch((error: unknown) => {
    log.debug(`${alias}: proxy: ${messageOf(error)}`);
  });
  child.stderr.on('data', (chunk: Buffer) => {
    said = `${said}${chunk.toString()}`.slice(-MAX_FAREWELL_BYTES);
    log.info(`${alias}: proxy: ${displayText(chunk.toString().trimEnd())}`);
  });
  child.on('error', (error) => {
    log.warn(`${alias}: the proxy command does not start: ${messageOf(error)}`);
    child.stdout.destroy();
  });
  const stream = Duplex.from({ readable: child.stdout, writable: child.stdin });
  // A proxy that goes away closes the stream, and that is what ssh2 goes by.
  stream.on('error', (error) => {
    log.debug(`${alias}: proxy: ${messageOf(error)}`);
  });
  return {
    stream,
    farewell: () => Promise.race([ended, setTimeout(FAREWELL_MS, undefined, { ref: false })]).catch(() => undefined),
    close: () => {
      stream.destroy();
      child.kill();
      // Whoever outlives the shell must not hold our end of its pipe.
      child.stderr.destroy();
    },
  };
}
