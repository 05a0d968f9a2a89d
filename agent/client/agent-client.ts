import type { Readable, Writable } from 'node:stream';
import {
  CancellationTokenSource,
  createMessageConnection,
  ErrorCodes,
  ResponseError,
  StreamMessageWriter,
  type MessageConnection,
} from 'vscode-jsonrpc/node';
import {
  PROTOCOL_VERSION,
  type HelloResult,
  type NotificationMethod,
  type Notifications,
  type RequestMethod,
  type Requests,
} from '../domain/protocol.ts';
import { answeredWith, closed, timedOut } from './errors.ts';
import { BoundedStreamReader, type Farewell } from './reader.ts';

export interface ClientIdentity {
  readonly clientName: string;
  readonly clientVersion: string;
  /** For the greeting, and for requests that set none of their own. */
  readonly timeoutMs: number;
}

export interface RequestOptions {
  /** Cancels the request; it then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
}

/** A connection on which the agent has been greeted. */
export interface AgentClient {
  readonly hello: HelloResult;
  /** Rejects with RequestError (the agent's answer) or InquestError (`timeout`, `agent-not-running`). */
  request<M extends RequestMethod>(
    method: M,
    params: Requests[M]['params'],
    options?: RequestOptions,
  ): Promise<Requests[M]['result']>;
  /** One handler per method. Returns how to take it away. */
  on<N extends NotificationMethod>(method: N, handler: (params: Notifications[N]) => void): () => void;
  /** Called once with why the connection ended, `undefined` when it was `close()`. At once when it has ended. */
  onClose(listener: (reason: Error | undefined) => void): void;
  close(): void;
}

/** Speaks to an agent over any pair of streams (a socket, `inquest dial-stdio`, SSH) and owns them from now on. */
export async function connectStreams(
  readable: Readable,
  writable: Writable,
  identity: ClientIdentity,
): Promise<AgentClient> {
  const link = new Link(readable, writable, identity.timeoutMs);
  try {
    const hello = await link.request('inquest/hello', {
      protocolVersion: PROTOCOL_VERSION,
      client: { name: identity.clientName, version: identity.clientVersion },
    });
    return {
      hello,
      request: (method, params, options) => link.request(method, params, options),
      on: (method, handler) => link.on(method, handler),
      onClose: (listener) => {
        link.onClose(listener);
      },
      close: () => {
        link.close(undefined);
      },
    };
  } catch (error) {
    link.close(undefined);
    throw error;
  }
}

class Link {
  readonly #readable: Readable;
  readonly #writable: Writable;
  readonly #timeoutMs: number;
  readonly #connection: MessageConnection;
  readonly #closeListeners: ((reason: Error | undefined) => void)[] = [];
  #farewell: Farewell | undefined;
  #end: { readonly reason: Error | undefined } | undefined;

  constructor(readable: Readable, writable: Writable, timeoutMs: number) {
    this.#readable = readable;
    this.#writable = writable;
    this.#timeoutMs = timeoutMs;
    const reader = new BoundedStreamReader(readable, (farewell) => {
      this.#farewell = farewell;
    });
    this.#connection = createMessageConnection(reader, new StreamMessageWriter(writable));
    const fail = (error: unknown): void => {
      this.close(closed(this.#farewell, error));
    };
    reader.onError(fail);
    readable.on('error', fail);
    // A write that fails tells less than what the agent may still have said: reading decides.
    writable.on('error', (error) => {
      if (readable.closed || readable.readableEnded) fail(error);
      else setImmediate(fail, error);
    });
    this.#connection.onClose(() => {
      fail(undefined);
    });
    this.#connection.listen();
  }

  async request<M extends RequestMethod>(
    method: M,
    params: Requests[M]['params'],
    options: RequestOptions = {},
  ): Promise<Requests[M]['result']> {
    options.signal?.throwIfAborted();
    if (this.#end !== undefined) throw this.#end.reason ?? closed(undefined);
    const timeoutMs = options.timeoutMs ?? this.#timeoutMs;
    const cancellation = new CancellationTokenSource();
    const { promise: interrupted, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      reject(timedOut(method, timeoutMs));
    }, timeoutMs);
    const onAbort = (): void => {
      reject(options.signal?.reason);
    };
    options.signal?.addEventListener('abort', onAbort, { once: true });
    const answer = this.#connection.sendRequest<Requests[M]['result']>(method, params, cancellation.token);
    try {
      return await Promise.race([answer, interrupted]);
    } catch (error) {
      throw this.#explain(error);
    } finally {
      clearTimeout(timer);
      options.signal?.removeEventListener('abort', onAbort);
      // Says so to the agent when the answer is not awaited any more; after the answer it does nothing.
      if (this.#isOpen()) cancellation.cancel();
    }
  }

  on<N extends NotificationMethod>(method: N, handler: (params: Notifications[N]) => void): () => void {
    const registration = this.#connection.onNotification(method, handler);
    return () => {
      registration.dispose();
    };
  }

  onClose(listener: (reason: Error | undefined) => void): void {
    if (this.#end === undefined) this.#closeListeners.push(listener);
    else listener(this.#end.reason);
  }

  close(reason: Error | undefined): void {
    if (this.#end !== undefined) return;
    this.#end = { reason };
    this.#connection.dispose();
    this.#writable.end();
    this.#readable.destroy();
    for (const listener of this.#closeListeners) listener(reason);
  }

  #isOpen(): boolean {
    return this.#end === undefined;
  }

  #explain(error: unknown): unknown {
    if (!(error instanceof ResponseError)) return error;
    if (error.code === ErrorCodes.PendingResponseRejected || error.code === ErrorCodes.MessageWriteError) {
      return this.#end?.reason ?? closed(this.#farewell);
    }
    return answeredWith(error);
  }
}
