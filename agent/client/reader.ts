import type { Readable } from 'node:stream';
import { AbstractMessageReader, type DataCallback, type Disposable, type Message } from 'vscode-jsonrpc/node';
import { FrameDecoder, nestsDeeperThan, parseJson } from '../domain/framing.ts';
import { LIMITS } from '../domain/protocol.ts';

/** The only key of a record that can turn into a prototype; a label of a container may well be `constructor`. */
const STRIPPED: ReadonlySet<string> = new Set(['__proto__']);

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** What an agent says before it hangs up: an error that answers no request. */
export interface Farewell {
  readonly code: number;
  readonly message: string;
}

/**
 * Reads an agent's messages, bounded like the agent's own side: the other end of a tunnel is not
 * always an agent.
 */
export class BoundedStreamReader extends AbstractMessageReader {
  readonly #stream: Readable;
  readonly #decoder = new FrameDecoder(LIMITS.outboundMessageBytes);
  readonly #onFarewell: (farewell: Farewell) => void;
  #broken = false;

  constructor(stream: Readable, onFarewell: (farewell: Farewell) => void) {
    super();
    this.#stream = stream;
    this.#onFarewell = onFarewell;
  }

  override listen(callback: DataCallback): Disposable {
    const onData = (chunk: Buffer): void => {
      this.#read(chunk, callback);
    };
    const onEnd = (): void => {
      this.fireClose();
    };
    this.#stream.on('data', onData);
    this.#stream.on('end', onEnd);
    this.#stream.on('close', onEnd);
    return {
      dispose: () => {
        this.#stream.off('data', onData);
        this.#stream.off('end', onEnd);
        this.#stream.off('close', onEnd);
      },
    };
  }

  #read(chunk: Buffer, callback: DataCallback): void {
    if (this.#broken) return;
    try {
      for (const body of this.#decoder.push(chunk)) this.#deliver(body, callback);
    } catch (error) {
      this.#broken = true;
      this.fireError(error);
      this.fireClose();
    }
  }

  #deliver(body: Uint8Array, callback: DataCallback): void {
    if (nestsDeeperThan(body, LIMITS.jsonDepth)) throw new Error('The message nests too deeply.');
    const { value } = parseJson(utf8.decode(body), STRIPPED);
    if (!isMessage(value)) throw new Error('The message is not JSON-RPC 2.0.');
    const farewell = farewellIn(value);
    if (farewell === undefined) callback(value);
    else this.#onFarewell(farewell);
  }
}

function isMessage(value: unknown): value is Message {
  return typeof value === 'object' && value !== null && 'jsonrpc' in value && value.jsonrpc === '2.0';
}

function farewellIn(message: Message): Farewell | undefined {
  if (!('id' in message) || message.id !== null || !('error' in message)) return undefined;
  const { error } = message;
  if (typeof error !== 'object' || error === null || !('code' in error) || !('message' in error)) return undefined;
  if (typeof error.code !== 'number' || typeof error.message !== 'string') return undefined;
  return { code: error.code, message: error.message };
}
