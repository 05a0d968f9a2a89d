import type { AgentClient } from '../client/agent-client.ts';
import { connect } from '../client/connect.ts';
import { RequestError } from '../client/errors.ts';
import { displayText } from '../domain/display.ts';
import { InquestError } from '../domain/errors.ts';
import type { ErrorReason } from '../domain/errors.ts';
import { RpcError } from '../domain/protocol.ts';
import { version } from './version.ts';

const TIMEOUT_MS = 10_000;

/** A greeted connection to the agent behind the socket. The caller closes it. */
export async function openAgent(socket: string, timeoutMs = TIMEOUT_MS): Promise<AgentClient> {
  return await connect({ socket, clientName: 'inquest', clientVersion: await version(), timeoutMs });
}

/** Connects, works, and closes whatever happens. */
export async function withAgent<T>(
  socket: string,
  work: (agent: AgentClient) => Promise<T>,
  timeoutMs = TIMEOUT_MS,
): Promise<T> {
  const agent = await openAgent(socket, timeoutMs);
  try {
    return await work(agent);
  } finally {
    agent.close();
  }
}

export function isAnswer(error: unknown, code: number): error is RequestError {
  return error instanceof RequestError && error.code === code;
}

/** @throws InquestError when the agent is older than the question. */
export function needWounds(agent: AgentClient): void {
  if (agent.hello.capabilities.includes('wounds')) return;
  throw new InquestError('agent-incompatible', 'This agent does not tell of wounded containers.', {
    next: `It is version ${displayText(agent.hello.agentVersion)}. Restart it after the upgrade.`,
  });
}

interface Meaning {
  readonly reason: ErrorReason;
  readonly next: string;
}

const MEANINGS: ReadonlyMap<number, Meaning> = new Map([
  [RpcError.NotFound, { reason: 'not-found', next: 'inquest deaths lists what is known.' }],
  [RpcError.StillRunning, { reason: 'not-found', next: 'inquest watch shows its death when it comes.' }],
  [RpcError.Ambiguous, { reason: 'bad-usage', next: 'Give the whole name, a longer id or a death id.' }],
  [RpcError.NotPermitted, { reason: 'no-permission', next: 'inquest doctor says who may use the socket.' }],
  [RpcError.StoreUnavailable, { reason: 'store-failed', next: 'inquest doctor says what is wrong with the store.' }],
  [RpcError.TooManyRequests, { reason: 'system', next: 'Try again in a moment.' }],
  [RpcError.TooLarge, { reason: 'system', next: 'Ask for less, for example with --limit.' }],
]);

/** An agent's answer as an error that a person can act on; every other error as it is. */
export function actionable(error: unknown): unknown {
  if (!(error instanceof RequestError)) return error;
  const meaning = MEANINGS.get(error.code);
  return new InquestError(meaning?.reason ?? 'system', displayText(error.message), {
    next: meaning?.next ?? 'Look at the agent’s own log: journalctl -u inquest',
    cause: error,
  });
}
