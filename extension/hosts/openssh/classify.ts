import { displayText } from '../../../agent/domain/display.ts';
import type { HostFailure, HostKeyProblem } from '../failure.ts';

export interface ClientEnd {
  readonly host: string;
  readonly user: string;
  readonly stderr: string;
  readonly attended: boolean;
  /** The attempt asked about the host's key, and the person said no. */
  readonly keyRejected: boolean;
}

type Rule = (end: ClientEnd) => HostFailure | undefined;

/**
 * Why ssh(1) ended before it had a session. Its messages are the only thing it tells; they are not
 * translated, and have been the same for many years.
 */
export function classifyClientEnd(end: ClientEnd): HostFailure {
  for (const rule of RULES) {
    const failure = rule(end);
    if (failure !== undefined) return failure;
  }
  return { reason: 'refused', host: end.host, port: undefined, detail: lastLine(end.stderr) };
}

const BAD_CONFIGURATION =
  /(Bad configuration option.*|.*: Bad owner or permissions on.*|.*bad configuration options.*|Can't open user config file.*|.*line \d+: .*(?:unsupported|missing|invalid|Bad).*)/i;

const RULES: readonly Rule[] = [
  ({ host, stderr }) => {
    const name = /Could not resolve hostname ([^\s:]+)/.exec(stderr)?.[1];
    return name === undefined ? undefined : { reason: 'no-such-host', host: name === host ? host : displayText(name) };
  },
  (end) => {
    const problem = keyProblem(end);
    if (problem === undefined) return undefined;
    const place = /(?:Offending \S+ key in|Host key .*? in|revoked .*?) (\/.+?):(\d+)/.exec(end.stderr);
    const fingerprint = /SHA256:[A-Za-z0-9+/]{43}/.exec(end.stderr)?.[0];
    const keyType = /(?:Offending|The fingerprint for the|The) ([A-Z0-9-]+) (?:host )?key/.exec(end.stderr)?.[1];
    return {
      reason: 'host-key',
      problem,
      host: end.host,
      ...(fingerprint === undefined ? {} : { fingerprint }),
      ...(keyType === undefined ? {} : { keyType }),
      ...(place?.[1] === undefined ? {} : { file: displayText(place[1]), line: Number(place[2]) }),
    };
  },
  ({ host, user, stderr, attended }) => {
    const denied = /(?:(\S+)@\S+: )?Permission denied \(([^)]*)\)/.exec(stderr);
    if (denied === null && !stderr.includes('Too many authentication failures')) return undefined;
    const methods = denied?.[2]?.split(',').filter((method) => method !== '') ?? [];
    return { reason: 'authentication', host, user: displayText(denied?.[1] ?? user), methods, attended };
  },
  ({ host, stderr }) => {
    const match = /connect to host (\S+) port (\d+): (.+)/.exec(stderr);
    if (match === null) return undefined;
    return { reason: 'refused', host, port: Number(match[2]), detail: displayText(match[3]?.trim() ?? '') };
  },
  ({ host, stderr }) => {
    const line = BAD_CONFIGURATION.exec(stderr)?.[1];
    return line === undefined ? undefined : { reason: 'configuration', host, detail: displayText(line.trim()) };
  },
];

function keyProblem({ stderr, keyRejected }: ClientEnd): HostKeyProblem | undefined {
  if (stderr.includes('REVOKED HOST KEY DETECTED') || /marked as revoked|is revoked/.test(stderr)) return 'revoked';
  if (stderr.includes('REMOTE HOST IDENTIFICATION HAS CHANGED')) return 'changed';
  if (keyRejected) return 'rejected';
  return stderr.includes('Host key verification failed') ? 'unknown' : undefined;
}

function lastLine(stderr: string): string {
  const line = stderr.trimEnd().split('\n').at(-1)?.trim() ?? '';
  return line === '' ? 'ssh ended without a word' : displayText(line);
}
