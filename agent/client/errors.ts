import type { ResponseError } from 'vscode-jsonrpc/node';
import { displayText } from '../domain/display.ts';
import { errorCode, InquestError, messageOf } from '../domain/errors.ts';
import { RpcError } from '../domain/protocol.ts';
import type { Farewell } from './reader.ts';
import { userName } from './user-name.ts';

/**
 * The agent's answer was an error. `code` is one of RpcError or of JSON-RPC's own; `data` belongs to
 * the code: NotFoundData, AmbiguousData, StillRunningData.
 */
export class RequestError extends Error {
  readonly code: number;
  readonly data: unknown;

  constructor(code: number, message: string, data: unknown) {
    super(message);
    this.name = 'RequestError';
    this.code = code;
    this.data = data;
  }
}

const START_AGENT = 'Start it with: sudo inquest agent (or: sudo systemctl start inquest)';

/** What a failed connect(2) means to a person. */
export function connectFailure(error: unknown, socket: string, group: string): InquestError {
  switch (errorCode(error)) {
    case 'ENOENT':
    case 'ECONNREFUSED':
      return new InquestError('agent-not-running', `No agent is running: nobody listens on ${socket}.`, {
        next: START_AGENT,
        cause: error,
      });
    case 'EACCES':
      return new InquestError('no-permission', `You may not use the agent's socket ${socket}.`, {
        next: joinGroup(group),
        cause: error,
      });
    default:
      return new InquestError('system', `Cannot connect to ${socket}: ${messageOf(error)}.`, { cause: error });
  }
}

function joinGroup(group: string): string {
  const user = userName();
  if (user === undefined) return 'Your user id has no account here that could join a group: run the command with sudo.';
  return `sudo usermod -aG ${group} ${user}\nThen log in again: groups are given at login.`;
}

export function timedOut(what: string, timeoutMs: number): InquestError {
  return new InquestError('timeout', `The agent did not answer ${what} within ${String(timeoutMs)} ms.`, {
    next: 'Try again. If it stays so: inquest doctor',
  });
}

/** The connection ended; `farewell` is what the agent said about it, if anything. */
export function closed(farewell: Farewell | undefined, cause?: unknown): RequestError | InquestError {
  if (farewell !== undefined) return new RequestError(farewell.code, displayText(farewell.message), undefined);
  return new InquestError('agent-not-running', 'The agent closed the connection.', {
    next: START_AGENT,
    ...(cause === undefined ? {} : { cause }),
  });
}

/** An error answer in the client's own terms. Of an incompatible agent the answer itself is the cause. */
export function answeredWith(error: ResponseError<unknown>): RequestError | InquestError {
  const message = displayText(error.message);
  if (error.code === RpcError.Incompatible) {
    return new InquestError('agent-incompatible', message, {
      next: 'Install the same version of Inquest on both ends.',
      cause: new RequestError(error.code, message, error.data),
    });
  }
  return new RequestError(error.code, message, error.data);
}
