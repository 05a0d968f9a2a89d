import { displayText } from '../../../agent/domain/display.ts';
import type { HostFailure } from '../failure.ts';

export interface KubectlEnd {
  readonly host: string;
  readonly namespace: string;
  readonly stderr: string;
}

type ClusterFailure = Extract<HostFailure, { reason: 'cluster-unavailable' | 'cluster-denied' }>;
type Denied = Extract<ClusterFailure, { reason: 'cluster-denied' }>['problem'];
type Unavailable = Extract<ClusterFailure, { reason: 'cluster-unavailable' }>['problem'];

/** kubectl tells why by text alone. In order: what is about the client, then about who asks, then about the pod. */
const DENIED: readonly (readonly [RegExp, Denied])[] = [
  [/context ".*" does not exist|no context exists with the name|context was not found/i, 'no-context'],
  [/error loading config file|invalid configuration/i, 'no-context'],
  [
    /Unauthorized|must be logged in|provide credentials|getting credentials|Please enter (?:User|Pass)/i,
    'authentication',
  ],
  [/\(Forbidden\)|is forbidden/i, 'forbidden'],
];

const UNAVAILABLE: readonly (readonly [RegExp, Unavailable])[] = [
  [/\(NotFound\)|container \S+ is not valid|pods? "?\S+"? not found/i, 'no-agent'],
  [
    /container not found|completed pod|is not running|not assigned|waiting to start|unable to upgrade connection/i,
    'not-running',
  ],
];

/** Why kubectl ended before there was a session. */
export function classifyKubectlEnd({ host, namespace, stderr }: KubectlEnd): ClusterFailure {
  const common = { host, namespace, detail: lastLine(stderr) };
  const denied = DENIED.find(([pattern]) => pattern.test(stderr))?.[1];
  if (denied !== undefined) return { ...common, reason: 'cluster-denied', problem: denied };
  const problem = UNAVAILABLE.find(([pattern]) => pattern.test(stderr))?.[1] ?? 'unreachable';
  return { ...common, reason: 'cluster-unavailable', problem };
}

const DETAIL_LIMIT = 300;

/** Warnings of the client itself come first; the last line says what ended it. */
function lastLine(stderr: string): string {
  const line = stderr.trimEnd().split('\n').at(-1)?.trim() ?? '';
  return line === '' ? 'kubectl ended without a word' : displayText(line, DETAIL_LIMIT);
}
