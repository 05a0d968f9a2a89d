import { ErrorCodes, type ResponseMessage } from 'vscode-jsonrpc/node';
import { RpcError } from '../domain/protocol.ts';
import type { ReadFault } from './reader.ts';

/** What an error says. Fixed texts: nothing of the input is ever repeated. */
export interface Refusal {
  readonly code: number;
  readonly message: string;
}

export const REFUSALS = {
  notJson: { code: ErrorCodes.ParseError, message: 'The message is not JSON in UTF-8.' },
  tooDeep: { code: ErrorCodes.InvalidRequest, message: 'The message nests too deeply.' },
  notARequest: {
    code: ErrorCodes.InvalidRequest,
    message: 'The message is not a JSON-RPC 2.0 request or notification.',
  },
  forbiddenKey: { code: ErrorCodes.InvalidRequest, message: 'The message has a key that is never accepted.' },
  badId: { code: ErrorCodes.InvalidRequest, message: 'The id of a request is a number or a short string.' },
  idInUse: { code: ErrorCodes.InvalidRequest, message: 'A request with this id is still under way.' },
  emptyBatch: { code: ErrorCodes.InvalidRequest, message: 'The batch is empty.' },
  longBatch: { code: ErrorCodes.InvalidRequest, message: 'The batch has too many messages.' },
  inFlight: {
    code: RpcError.TooManyRequests,
    message: 'Too many requests under way on this connection. Wait for an answer.',
  },
  tooFast: { code: RpcError.TooManyRequests, message: 'Too many messages a second on this connection. Slow down.' },
  tooLarge: {
    code: RpcError.TooLarge,
    message: 'The answer is larger than a message may be. Ask for less: a smaller limit or a narrower filter.',
  },
  unknownMethod: { code: ErrorCodes.MethodNotFound, message: 'This agent has no such method.' },
  greetFirst: { code: ErrorCodes.InvalidRequest, message: 'The first request of a connection is inquest/hello.' },
  greetedTwice: { code: ErrorCodes.InvalidRequest, message: 'inquest/hello is sent once.' },
  failed: { code: ErrorCodes.InternalError, message: 'The agent failed to answer. Its log says why.' },
  busy: {
    code: RpcError.TooManyRequests,
    message: 'The agent has too much to do to answer in time. Try again in a moment, or ask for less.',
  },
  connections: {
    code: RpcError.TooManyRequests,
    message: 'The agent has as many connections as it takes. Try again later.',
  },
  connectionsOfUser: {
    code: RpcError.TooManyRequests,
    message: 'This user has as many connections as the agent takes from one user. Close one and try again.',
  },
  noCredentials: { code: RpcError.NotPermitted, message: 'The agent could not learn who is connecting.' },
} as const satisfies Readonly<Record<string, Refusal>>;

const FAULTS: Readonly<Record<ReadFault, Refusal>> = {
  'header-too-large': { code: ErrorCodes.ParseError, message: 'The header is too large.' },
  'bad-header': { code: ErrorCodes.ParseError, message: 'The header is not Content-Length framing.' },
  'body-too-large': { code: ErrorCodes.InvalidRequest, message: 'The message is larger than the agent accepts.' },
  'first-byte-late': { code: ErrorCodes.InvalidRequest, message: 'Nothing was sent in time.' },
  'message-late': { code: ErrorCodes.InvalidRequest, message: 'The message was not complete in time.' },
  flood: REFUSALS.tooFast,
};

export function refusalOf(fault: ReadFault): Refusal {
  return FAULTS[fault];
}

export function errorResponse(id: number | string | null, { code, message }: Refusal): ResponseMessage {
  return { jsonrpc: '2.0', id, error: { code, message } };
}
