import ssh2, { type Client } from 'ssh2';
import { displayText } from '../../../agent/domain/display.ts';
import { messageOf } from '../../../agent/domain/errors.ts';
import { resolveHost, surroundings, type ResolvedHost } from '../config/resolve.ts';
import { HostError, type HostFailure } from '../failure.ts';
import { knownTypes } from '../known-hosts/decide.ts';
import { readKnownHosts } from '../known-hosts/files.ts';
import type { KnownKey } from '../known-hosts/parse.ts';
import { Passphrases } from '../passphrases.ts';
import type { SecretStore } from '../prompter.ts';
import { parseTarget, type SshTarget } from '../target.ts';
import type { Attempt, HostLog } from '../transport.ts';
import type { Options } from '../config/evaluate.ts';
import { Authenticator } from './authenticator.ts';
import { HostKeyCheck } from './host-key-check.ts';
import { hostKeyAlgorithms } from './host-key-algorithms.ts';
import { identitiesOf } from './identities.ts';
import { connectTcp, runProxyCommand, type Line } from './sockets.ts';

const KEEP_ALIVE_MS = 15_000;
const KEEP_ALIVE_COUNT = 3;
/** Longer chains are circles. */
const MAX_HOPS = 8;

export interface Hop {
  readonly attempt: Attempt;
  readonly log: HostLog;
  readonly secrets: SecretStore | undefined;
  readonly readOptions: (target: SshTarget) => Promise<Options>;
}

/** An authenticated client, and how to end it with all that is below it. */
export interface Connected {
  readonly client: Client;
  readonly host: ResolvedHost;
  close(): void;
}

/** Connects and logs in, through as many other hosts as the configuration says. Rejects with HostError. */
export async function connectSsh2(target: SshTarget, hop: Hop): Promise<Connected> {
  return connectThrough(target, undefined, hop, 0);
}

/** `jumps` replaces what the configuration of the host says of ProxyJump. */
async function connectThrough(
  target: SshTarget,
  jumps: readonly string[] | undefined,
  hop: Hop,
  depth: number,
): Promise<Connected> {
  const resolved = resolveHost(target, await hop.readOptions(target), surroundings());
  const host = jumps === undefined ? resolved : { ...resolved, proxyJump: jumps, proxyCommand: undefined };
  if (depth > MAX_HOPS) {
    throw new HostError({ reason: 'configuration', host: host.alias, detail: 'ProxyJump goes in circles.' });
  }
  const known = await readKnownHosts([...host.userKnownHostsFiles, ...host.globalKnownHostsFiles]);
  const line = await openLine(host, hop, depth);
  try {
    return await logIn(host, known, line, hop);
  } catch (error) {
    const failure = await withFarewell(error, line, hop.attempt.signal);
    line.close();
    throw failure;
  }
}

/** A proxy that ended says more of why than the pipe that broke. */
async function withFarewell(error: unknown, line: Line, signal: AbortSignal): Promise<unknown> {
  if (!(error instanceof HostError) || error.failure.reason !== 'refused' || signal.aborted) return error;
  const detail = await line.farewell?.();
  return detail === undefined ? error : new HostError({ ...error.failure, detail }, error);
}

async function openLine(host: ResolvedHost, hop: Hop, depth: number): Promise<Line> {
  const last = host.proxyJump.at(-1);
  if (last !== undefined) return openThroughJump(host, last, hop, depth);
  if (host.proxyCommand !== undefined) return runProxyCommand(host.proxyCommand, host, hop.log);
  return connectTcp(host, hop.attempt.signal);
}

/** `ProxyJump a,b` reaches the host through b, and b through a. */
async function openThroughJump(host: ResolvedHost, last: string, hop: Hop, depth: number): Promise<Line> {
  const target = parseTarget(last.trim());
  if (target === undefined) {
    throw new HostError({
      reason: 'configuration',
      host: host.alias,
      detail: `ProxyJump ${displayText(last)} is no host.`,
    });
  }
  const before = host.proxyJump.slice(0, -1);
  const jump = await connectThrough(target, before.length === 0 ? undefined : before, hop, depth + 1);
  hop.log.debug(`${host.alias}: through ${target.alias}`);
  const { promise, resolve, reject } = Promise.withResolvers<Line>();
  jump.client.forwardOut('127.0.0.1', 0, host.hostName, host.port, (error, stream) => {
    if (error !== undefined) reject(error);
    else resolve({ stream, close: () => jump.close() });
  });
  try {
    return await promise;
  } catch (error) {
    jump.close();
    const detail = `${target.alias} cannot reach it: ${displayText(messageOf(error))}`;
    throw new HostError({ reason: 'refused', host: host.alias, port: host.port, detail }, error);
  }
}

async function logIn(host: ResolvedHost, known: readonly KnownKey[], line: Line, hop: Hop): Promise<Connected> {
  const { attempt, log, secrets } = hop;
  const { hostName, port, hostKeyAlias } = host;
  const check = new HostKeyCheck(host, known, attempt, log);
  const passphrases = new Passphrases(host.alias, secrets, attempt.prompter, attempt.signal);
  const authenticator = new Authenticator(host, () => identitiesOf(host, passphrases, log), attempt, log);
  const client = new ssh2.Client();
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  const close = (): void => {
    client.end();
    line.close();
  };
  const fail = (error: unknown): void => {
    reject(new HostError(failureOf(error, host, check, authenticator), error));
  };
  client.on('ready', () => {
    resolve(undefined);
  });
  // Stays for the life of the client: an error that nobody hears ends the process.
  client.on('error', (error) => {
    if (isOfKey(error)) return;
    log.debug(`${host.alias}: ssh2: ${displayText(messageOf(error))}`);
    fail(error);
  });
  client.on('close', () => {
    fail(new Error('The server closed the connection'));
  });
  const onAbort = (): void => {
    reject(attempt.signal.reason);
  };
  attempt.signal.addEventListener('abort', onAbort, { once: true });
  if (attempt.signal.aborted) onAbort();
  try {
    client.connect({
      sock: line.stream,
      username: host.user,
      // Our own clock counts, which stops while a person is asked.
      readyTimeout: 0,
      keepaliveInterval: KEEP_ALIVE_MS,
      keepaliveCountMax: KEEP_ALIVE_COUNT,
      algorithms: { serverHostKey: hostKeyAlgorithms(knownTypes({ host: hostName, port, hostKeyAlias }, known)) },
      hostVerifier: (key: Buffer, verify: (trusted: boolean) => void) => {
        check.verify(key).then(verify, (error: unknown) => {
          log.warn(`${host.alias}: its key could not be checked: ${messageOf(error)}`);
          verify(false);
        });
      },
      authHandler: authenticator.handler((error) => {
        if (error !== undefined) log.warn(`${host.alias}: ${messageOf(error)}`);
        reject(new HostError(authenticator.failure, error));
      }),
    });
    await promise;
    return { client, host, close };
  } catch (error) {
    client.end();
    throw error;
  } finally {
    attempt.signal.removeEventListener('abort', onAbort);
  }
}

/** One key of several did not sign; ssh2 goes on with the next. */
function isOfKey(error: Error): boolean {
  return 'level' in error && error.level === 'agent';
}

function failureOf(
  error: unknown,
  { alias: host, port }: ResolvedHost,
  check: HostKeyCheck,
  authenticator: Authenticator,
): HostFailure {
  if (check.failure !== undefined) return check.failure;
  // Servers end the connection when they have seen enough attempts.
  if (check.passed) return authenticator.failure;
  return { reason: 'refused', host, port, detail: displayText(messageOf(error)) };
}
