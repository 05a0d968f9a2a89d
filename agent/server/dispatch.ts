import { ErrorCodes, ResponseError } from 'vscode-jsonrpc/node';
import { PROTOCOL_VERSION, type RequestMethod, type Requests } from '../domain/protocol.ts';
import type { Caller } from './caller.ts';
import { cancelled, incompatible, refused, toResponseError } from './errors.ts';
import { HANDLERS } from './handlers.ts';
import { REFUSALS } from './replies.ts';
import { describeMismatch, isRequestMethod, SCHEMAS } from './schemas.ts';

/** Carries out one request. The answer may be an error, it never rejects; `report` hears of our own failures. */
export async function dispatch(
  method: string,
  params: unknown,
  caller: Caller,
  signal: AbortSignal,
  report: (error: unknown) => void,
): Promise<Requests[RequestMethod]['result'] | ResponseError<unknown>> {
  if (!isRequestMethod(method)) return refused(REFUSALS.unknownMethod);
  if (!caller.greeted && method !== 'inquest/hello') return refused(REFUSALS.greetFirst);
  if (method === 'inquest/hello' && isForeignVersion(params)) return incompatible(params.protocolVersion);
  // A cancelled request frees its place at once, its work may not: cancelling must not multiply work.
  if (caller.underway >= caller.limits.requestsInFlight) return refused(REFUSALS.inFlight);
  caller.underway += 1;
  const work = call(method, params, caller, signal).finally(() => {
    caller.underway -= 1;
  });
  try {
    return await orAborted(work, signal);
  } catch (error) {
    if (!(error instanceof ResponseError)) report(error);
    return toResponseError(error);
  }
}

async function call<M extends RequestMethod>(
  method: M,
  params: unknown,
  caller: Caller,
  signal: AbortSignal,
): Promise<Requests[M]['result']> {
  const parsed = SCHEMAS[method].safeParse(params ?? {});
  if (!parsed.success) throw new ResponseError(ErrorCodes.InvalidParams, describeMismatch(parsed.error));
  return HANDLERS[method](parsed.data, caller, signal);
}

/** A hello of another version may have other fields: what is wrong with it is the version. */
function isForeignVersion(params: unknown): params is { protocolVersion: number } {
  if (typeof params !== 'object' || params === null || !('protocolVersion' in params)) return false;
  return Number.isSafeInteger(params.protocolVersion) && params.protocolVersion !== PROTOCOL_VERSION;
}

/** A cancelled request is answered at once, also when the work behind it takes no notice. */
async function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => {
    reject(cancelled());
  };
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
