import type { Message, NotificationMessage, RequestMessage } from 'vscode-jsonrpc/node';
import { BatchReplies } from './batch.ts';
import type { ServerLimits } from './limits.ts';
import type { Gate, Incoming, ReadFault } from './reader.ts';
import { errorResponse, REFUSALS, type Refusal } from './replies.ts';
import type { TokenBucket } from './token-bucket.ts';
import type { BoundedMessageWriter, Settler } from './writer.ts';

const CANCEL = '$/cancelRequest';

/** Room for the header of the frame that carries a batch of answers. */
const FRAME_HEADER_BYTES = 64;

/**
 * Stands between the reader and the connection: only well-formed requests within the bounds of the
 * connection, and well-formed cancellations, get through. Everything else is answered here or,
 * where JSON-RPC has no answer (notifications, stray responses), dropped.
 */
export class Admission implements Gate, Settler {
  readonly #limits: ServerLimits;
  readonly #bucket: TokenBucket;
  readonly #writer: BoundedMessageWriter;
  readonly #onFault: (fault: ReadFault) => void;
  /** By the text of the id: the connection cannot tell 1 from "1". */
  readonly #inFlight = new Map<string, BatchReplies | undefined>();
  #refusedInARow = 0;

  constructor(
    limits: ServerLimits,
    bucket: TokenBucket,
    writer: BoundedMessageWriter,
    onFault: (fault: ReadFault) => void,
  ) {
    this.#limits = limits;
    this.#bucket = bucket;
    this.#writer = writer;
    this.#onFault = onFault;
  }

  fault(fault: ReadFault): void {
    this.#onFault(fault);
  }

  settle(id: number | string): BatchReplies | undefined {
    const key = String(id);
    const batch = this.#inFlight.get(key);
    this.#inFlight.delete(key);
    return batch;
  }

  admit(incoming: Incoming): readonly Message[] {
    if (incoming.kind !== 'json') {
      return this.#refuse(null, incoming.kind === 'not-json' ? REFUSALS.notJson : REFUSALS.tooDeep, undefined);
    }
    if (!Array.isArray(incoming.value)) return this.#admitOne(incoming.value, incoming.forbiddenKey, undefined);
    const members: readonly unknown[] = incoming.value;
    if (members.length === 0) return this.#refuse(null, REFUSALS.emptyBatch, undefined);
    if (members.length > this.#limits.batch) return this.#refuse(null, REFUSALS.longBatch, undefined);
    if (incoming.forbiddenKey) return this.#refuse(null, REFUSALS.forbiddenKey, undefined);
    const batch = new BatchReplies(this.#limits.outboundMessageBytes - FRAME_HEADER_BYTES, (json) => {
      this.#writer.sendJson(json);
    });
    const admitted = members.flatMap((member) => this.#admitOne(member, false, batch));
    batch.seal();
    return admitted;
  }

  #admitOne(value: unknown, forbiddenKey: boolean, batch: BatchReplies | undefined): readonly Message[] {
    if (!isObject(value) || value['jsonrpc'] !== '2.0') return this.#refuse(null, REFUSALS.notARequest, batch);
    const { method, id, params } = value;
    if (typeof method !== 'string') {
      // Answering a response with an error would have two peers answer each other for ever.
      if ('result' in value || 'error' in value) return this.#drop();
      return this.#refuse(null, REFUSALS.notARequest, batch);
    }
    if (!('id' in value)) return this.#admitNotification(method, params);
    if (!this.#isId(id)) return this.#refuse(null, REFUSALS.badId, batch);
    if (forbiddenKey) return this.#refuse(id, REFUSALS.forbiddenKey, batch);
    if (params !== undefined && (typeof params !== 'object' || params === null)) {
      return this.#refuse(id, REFUSALS.notARequest, batch);
    }
    return this.#admitRequest({ jsonrpc: '2.0', id, method, ...(params === undefined ? {} : { params }) }, id, batch);
  }

  #admitRequest(request: RequestMessage, id: number | string, batch: BatchReplies | undefined): readonly Message[] {
    const key = String(id);
    // An answer to the second of two equal ids would be taken for the first's: say so without an id.
    if (this.#inFlight.has(key)) return this.#refuse(null, REFUSALS.idInUse, batch);
    if (this.#inFlight.size >= this.#limits.requestsInFlight) return this.#refuse(id, REFUSALS.inFlight, batch);
    if (!this.#takeToken()) return this.#answer(id, REFUSALS.tooFast, batch);
    batch?.expect();
    this.#inFlight.set(key, batch);
    return [request];
  }

  #admitNotification(method: string, params: unknown): readonly Message[] {
    if (!this.#takeToken() || method !== CANCEL || !isObject(params) || !this.#isId(params['id'])) return [];
    const cancel: NotificationMessage = { jsonrpc: '2.0', method, params: { id: params['id'] } };
    return [cancel];
  }

  #isId(id: unknown): id is number | string {
    return Number.isFinite(id) || (typeof id === 'string' && id.length <= this.#limits.requestIdLength);
  }

  #drop(): readonly Message[] {
    this.#takeToken();
    return [];
  }

  #refuse(id: number | string | null, refusal: Refusal, batch: BatchReplies | undefined): readonly Message[] {
    return this.#answer(id, this.#takeToken() ? refusal : REFUSALS.tooFast, batch);
  }

  #answer(id: number | string | null, refusal: Refusal, batch: BatchReplies | undefined): readonly Message[] {
    const response = errorResponse(id, refusal);
    if (batch === undefined) {
      this.#writer.sendJson(JSON.stringify(response));
    } else {
      batch.expect();
      batch.add(response);
    }
    return [];
  }

  /** A peer that goes on after a whole burst of refusals is cut. */
  #takeToken(): boolean {
    if (this.#bucket.take()) {
      this.#refusedInARow = 0;
      return true;
    }
    this.#refusedInARow += 1;
    if (this.#refusedInARow > this.#limits.messageBurst) this.#onFault('flood');
    return false;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
