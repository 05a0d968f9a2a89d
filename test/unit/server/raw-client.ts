import { connect, type Socket } from 'node:net';
import { FrameDecoder, frameHeader } from '../../../agent/domain/framing.ts';
import { PROTOCOL_VERSION } from '../../../agent/domain/protocol.ts';

const RECEIVE_LIMIT = 16 * 1_048_576;

export interface Reply {
  readonly id?: number | string | null;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown };
}

export function frame(json: unknown): string {
  const text = typeof json === 'string' ? json : JSON.stringify(json);
  return `${frameHeader(Buffer.byteLength(text))}${text}`;
}

/** A peer that may say anything: nothing between it and the socket. */
export class RawClient implements AsyncDisposable {
  readonly socket: Socket;
  readonly #decoder = new FrameDecoder(RECEIVE_LIMIT);
  readonly #received: unknown[] = [];
  #wake: (() => void) | undefined;
  #closed = false;
  /** What ended it, where that was an error. */
  error: Error | undefined;

  constructor(path: string) {
    this.socket = connect({ path });
    this.socket.on('data', (chunk) => {
      this.#received.push(
        ...this.#decoder.push(chunk).map((body): unknown => JSON.parse(Buffer.from(body).toString())),
      );
      this.#wake?.();
    });
    this.socket.on('error', (error) => {
      this.error = error;
    });
    this.socket.on('close', () => {
      this.#closed = true;
      this.#wake?.();
    });
  }

  send(...messages: readonly unknown[]): void {
    this.socket.write(messages.map(frame).join(''));
  }

  sendRaw(bytes: string | Uint8Array): void {
    this.socket.write(bytes);
  }

  request(id: number | string, method: string, params: unknown = {}): void {
    this.send({ jsonrpc: '2.0', id, method, params });
  }

  async hello(): Promise<Reply> {
    this.request('hello', 'inquest/hello', {
      protocolVersion: PROTOCOL_VERSION,
      client: { name: 'test', version: '1' },
    });
    return this.next();
  }

  /** The next message, of whatever shape. Rejects when the connection ends first. */
  async nextRaw(): Promise<unknown> {
    while (this.#received.length === 0) {
      if (this.#closed) throw new Error('the connection ended');
      await this.#change();
    }
    return this.#received.shift();
  }

  async next(): Promise<Reply> {
    const message = await this.nextRaw();
    if (typeof message !== 'object' || message === null) throw new Error('not a message');
    return message;
  }

  /** Resolves with what had arrived and was not taken, once the connection has ended. */
  async closed(): Promise<readonly unknown[]> {
    while (!this.#closed) await this.#change();
    return this.#received;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.socket.destroy();
    this.socket.resume();
    await this.closed();
  }

  #change(): Promise<undefined> {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.#wake = () => {
      resolve(undefined);
    };
    return promise;
  }
}
