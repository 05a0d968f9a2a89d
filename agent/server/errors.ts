import { ResponseError } from 'vscode-jsonrpc/node';
import { InquestError } from '../domain/errors.ts';
import {
  PROTOCOL_VERSION,
  RpcError,
  type AmbiguousData,
  type Candidate,
  type IncompatibleData,
  type NotFoundData,
  type StillRunningData,
} from '../domain/protocol.ts';
import type { Explanation, LiveResolution } from './api.ts';
import { REFUSALS, type Refusal } from './replies.ts';

/** As editors know it: the answer to a request that was cancelled. */
const REQUEST_CANCELLED = -32_800;

export function cancelled(): ResponseError<unknown> {
  return new ResponseError(REQUEST_CANCELLED, 'The request was cancelled.');
}

export function refused({ code, message }: Refusal): ResponseError<unknown> {
  return new ResponseError(code, message);
}

export function notFound(
  message: string,
  data: NotFoundData = { running: false, closest: [] },
): ResponseError<unknown> {
  return new ResponseError(RpcError.NotFound, message, data);
}

function ambiguous(candidates: readonly Candidate[]): ResponseError<unknown> {
  const data: AmbiguousData = { candidates };
  return new ResponseError(
    RpcError.Ambiguous,
    'Several containers answer to that. Use a longer id or the full name.',
    data,
  );
}

/** What deaths/explain says instead of a death. */
export function notExplained(outcome: Exclude<Explanation, { kind: 'death' }>): ResponseError<unknown> {
  switch (outcome.kind) {
    case 'not-found':
      return notFound('No death of such a container is known.', { running: outcome.running, closest: outcome.closest });
    case 'ambiguous':
      return ambiguous(outcome.candidates);
    case 'still-running': {
      const data: StillRunningData = { containerId: outcome.containerId, name: outcome.name };
      return new ResponseError(
        RpcError.StillRunning,
        'The container is running, and no earlier death of it is known.',
        data,
      );
    }
  }
}

export function notLive(outcome: Exclude<LiveResolution, { kind: 'container' }>): ResponseError<unknown> {
  if (outcome.kind === 'ambiguous') return ambiguous(outcome.candidates);
  return notFound('No such container is running.', { running: false, closest: outcome.closest });
}

export function incompatible(clientVersion: number): ResponseError<unknown> {
  const older = clientVersion < PROTOCOL_VERSION ? 'client' : 'agent';
  const data: IncompatibleData = { protocolVersion: PROTOCOL_VERSION };
  return new ResponseError(
    RpcError.Incompatible,
    `The client and the agent speak different versions of the protocol. Upgrade the ${older}: it is the older one.`,
    data,
  );
}

/** Whatever a handler threw, as an answer that gives nothing away. */
export function toResponseError(error: unknown): ResponseError<unknown> {
  if (error instanceof ResponseError) return error;
  if (error instanceof InquestError && error.reason.startsWith('store-')) {
    return new ResponseError(
      RpcError.StoreUnavailable,
      "The agent's store does not answer. `inquest doctor` on the host says why.",
    );
  }
  if (error instanceof InquestError && error.reason === 'timeout') return refused(REFUSALS.busy);
  return refused(REFUSALS.failed);
}
