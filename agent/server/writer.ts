import { AbstractMessageWriter, Message, type MessageWriter, type ResponseMessage } from 'vscode-jsonrpc/node';
import type { NotificationMethod, Notifications } from '../domain/protocol.ts';
import type { BatchReplies } from './batch.ts';
import type { OutboundQueue } from './outbound-queue.ts';
import { encodeFrame } from './frame.ts';
import { errorResponse, REFUSALS } from './replies.ts';

/** Told of every answer; says whether it belongs to a batch. */
export interface Settler {
  settle(id: number | string): BatchReplies | undefined;
}

/** Writes messages of bounded size into the queue of one connection. */
export class BoundedMessageWriter extends AbstractMessageWriter implements MessageWriter {
  readonly #queue: OutboundQueue;
  readonly #maxBytes: number;
  #settler: Settler | undefined;

  constructor(queue: OutboundQueue, maxBytes: number) {
    super();
    this.#queue = queue;
    this.#maxBytes = maxBytes;
  }

  settleWith(settler: Settler): void {
    this.#settler = settler;
  }

  write(message: Message): Promise<void> {
    if (Message.isResponse(message)) this.respond(message);
    else this.#send(JSON.stringify(message));
    return Promise.resolve();
  }

  /** An answer that is too large becomes an error that says what to do. */
  respond(response: ResponseMessage): void {
    const batch = response.id === null ? undefined : this.#settler?.settle(response.id);
    if (batch !== undefined) {
      batch.add(response);
      return;
    }
    if (!this.#send(JSON.stringify(response)))
      this.#send(JSON.stringify(errorResponse(response.id, REFUSALS.tooLarge)));
  }

  sendJson(json: string): void {
    this.#send(json);
  }

  /** Returns false when it was not sent: too large for a message. */
  notify<N extends NotificationMethod>(method: N, params: Notifications[N]): boolean {
    return this.#send(JSON.stringify({ jsonrpc: '2.0', method, params }));
  }

  end(): void {
    this.#queue.close();
  }

  /** True when the message was within bounds, whether or not the peer is still there to take it. */
  #send(json: string): boolean {
    const frame = encodeFrame(json);
    if (frame.length > this.#maxBytes) return false;
    this.#queue.push(frame);
    return true;
  }
}
