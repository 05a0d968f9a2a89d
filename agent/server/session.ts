import type { Socket } from 'node:net';
import { createMessageConnection, type CancellationToken, type MessageConnection } from 'vscode-jsonrpc/node';
import { errorCode } from '../domain/errors.ts';
import type { Tier } from '../domain/protocol.ts';
import { Admission } from './admission.ts';
import type { AgentApi } from './api.ts';
import type { Caller } from './caller.ts';
import { dispatch } from './dispatch.ts';
import { Follows } from './follows.ts';
import type { ServerLimits } from './limits.ts';
import { OutboundQueue } from './outbound-queue.ts';
import { BoundedMessageReader, type ReadFault } from './reader.ts';
import { redactEvidence } from './redact.ts';
import { errorResponse, refusalOf } from './replies.ts';
import { Subscription } from './subscription.ts';
import { TokenBucket } from './token-bucket.ts';
import { BoundedMessageWriter } from './writer.ts';

export interface SessionContext {
  readonly api: AgentApi;
  readonly limits: ServerLimits;
  readonly tier: Tier;
  readonly connections: () => number;
  /** Failures of our own, for the log. */
  readonly report: (error: unknown) => void;
}

/** One accepted connection, from its first byte to its last. Ends with its socket, and the socket with it. */
export class Session {
  readonly #socket: Socket;
  readonly #context: SessionContext;
  readonly #queue: OutboundQueue;
  readonly #reader: BoundedMessageReader;
  readonly #writer: BoundedMessageWriter;
  readonly #connection: MessageConnection;
  readonly #follows: Follows;
  readonly #caller: Caller;
  readonly #requests = new Set<AbortController>();
  #farewell: NodeJS.Timeout | undefined;
  #ended = false;

  constructor(socket: Socket, context: SessionContext) {
    const { api, limits, tier } = context;
    this.#socket = socket;
    this.#context = context;
    this.#queue = new OutboundQueue(socket, limits, () => {
      socket.destroy();
    });
    this.#writer = new BoundedMessageWriter(this.#queue, limits.outboundMessageBytes);
    const bucket = new TokenBucket(limits.messagesPerSecond, limits.messageBurst);
    const admission = new Admission(limits, bucket, this.#writer, (fault) => {
      this.#sayFarewell(fault);
    });
    this.#writer.settleWith(admission);
    this.#reader = new BoundedMessageReader(socket, limits, admission);
    this.#follows = new Follows(
      (containerId, listener) => api.onEvidence(containerId, listener),
      { queue: this.#queue, writer: this.#writer },
      limits.followQueueBytes,
      tier === 'sensitive' ? (evidence) => evidence : redactEvidence,
    );
    this.#caller = this.#makeCaller();
    this.#connection = createMessageConnection(this.#reader, this.#writer);
  }

  start(): void {
    this.#socket.on('error', (error) => {
      // A peer that leaves in the middle is nothing to report; 'close' follows and cleans up.
      if (errorCode(error) !== 'EPIPE' && errorCode(error) !== 'ECONNRESET') this.#context.report(error);
    });
    this.#socket.on('close', () => {
      this.end();
    });
    this.#connection.onRequest((method: string, params: unknown, token: CancellationToken) =>
      this.#answer(method, params, token),
    );
    this.#connection.listen();
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#farewell);
    this.#caller.subscription?.end();
    this.#follows.end();
    for (const request of this.#requests) request.abort();
    this.#queue.close();
    this.#connection.dispose();
    this.#socket.destroy();
  }

  #makeCaller(): Caller {
    const { api, limits, tier, connections, report } = this.#context;
    return {
      api,
      limits,
      tier,
      connections,
      follows: this.#follows,
      subscription: undefined,
      greeted: false,
      underway: 0,
      trust: () => {
        this.#reader.trust();
      },
      subscribe: (start) => new Subscription(api, { queue: this.#queue, writer: this.#writer, limits }, start, report),
      // The answer is written in microtasks that follow the handler's, so it is out before this runs.
      afterReply: (step) => {
        setImmediate(() => {
          if (!this.#ended) step();
        });
      },
    };
  }

  async #answer(method: string, params: unknown, token: CancellationToken): Promise<unknown> {
    const request = new AbortController();
    const cancellation = token.onCancellationRequested(() => {
      request.abort();
    });
    if (token.isCancellationRequested || this.#ended) request.abort();
    this.#requests.add(request);
    try {
      return await dispatch(method, params, this.#caller, request.signal, this.#context.report);
    } finally {
      this.#requests.delete(request);
      cancellation.dispose();
    }
  }

  /** Says why, then hangs up: at once when that has been read, else after a moment. */
  #sayFarewell(fault: ReadFault): void {
    if (this.#farewell !== undefined || this.#ended) return;
    this.#reader.stop();
    this.#farewell = setTimeout(() => {
      this.end();
    }, this.#context.limits.farewellMs);
    this.#writer.sendJson(JSON.stringify(errorResponse(null, refusalOf(fault))));
    this.#queue.onceDrained(() => {
      this.#queue.close();
      this.#socket.end();
    });
  }
}
