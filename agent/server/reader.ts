import type { Socket } from 'node:net';
import { AbstractMessageReader, type DataCallback, type Disposable, type Message } from 'vscode-jsonrpc/node';
import { FrameDecoder, FrameError, nestsDeeperThan, parseJson, type FrameFault } from '../domain/framing.ts';
import type { ServerLimits } from './limits.ts';

export type ReadFault = FrameFault | 'first-byte-late' | 'message-late' | 'flood';

/** What a complete frame held. */
export type Incoming =
  | { readonly kind: 'json'; readonly value: unknown; readonly forbiddenKey: boolean }
  | { readonly kind: 'not-json' }
  | { readonly kind: 'too-deep' };

/** Decides what of the input reaches the connection. */
export interface Gate {
  admit(incoming: Incoming): readonly Message[];
  /** Nothing more is read after this. */
  fault(fault: ReadFault): void;
}

/** Keys that turn into prototypes when somebody merges objects carelessly. */
const FORBIDDEN_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * Reads messages within bounds: header, length and depth are checked before anything is parsed, and
 * a peer that is late is given up. A stranger must begin a message every `firstByteMs`; once it is
 * trusted it may be silent for as long as it likes, but never in the middle of a message.
 */
export class BoundedMessageReader extends AbstractMessageReader {
  readonly #socket: Socket;
  readonly #limits: ServerLimits;
  readonly #gate: Gate;
  readonly #decoder: FrameDecoder;
  #deadline: NodeJS.Timeout | undefined;
  #trusted = false;
  #stopped = false;

  constructor(socket: Socket, limits: ServerLimits, gate: Gate) {
    super();
    this.#socket = socket;
    this.#limits = limits;
    this.#gate = gate;
    this.#decoder = new FrameDecoder(limits.inboundMessageBytes);
  }

  override listen(callback: DataCallback): Disposable {
    const onData = (chunk: Buffer): void => {
      this.#read(chunk, callback);
    };
    const onClose = (): void => {
      this.stop();
      this.fireClose();
    };
    this.#socket.on('data', onData);
    this.#socket.on('close', onClose);
    this.#expect('first-byte-late', this.#limits.firstByteMs);
    return {
      dispose: () => {
        this.stop();
        this.#socket.off('data', onData);
        this.#socket.off('close', onClose);
      },
    };
  }

  /** The peer has introduced itself. */
  trust(): void {
    this.#trusted = true;
    if (this.#decoder.idle) this.#expectNothing();
  }

  /** What still arrives is thrown away unread. */
  stop(): void {
    this.#stopped = true;
    this.#expectNothing();
  }

  override dispose(): void {
    this.stop();
    super.dispose();
  }

  #read(chunk: Buffer, callback: DataCallback): void {
    if (this.#stopped) return;
    const wasIdle = this.#decoder.idle;
    let bodies: Uint8Array[];
    try {
      bodies = this.#decoder.push(chunk);
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      this.#fail(error.fault);
      return;
    }
    this.#rearm(wasIdle, bodies.length);
    for (const body of bodies) {
      for (const message of this.#gate.admit(decode(body, this.#limits.jsonDepth))) callback(message);
      if (this.#isStopped()) return;
    }
  }

  /** A method, as the gate may stop the reader between two messages of one chunk. */
  #isStopped(): boolean {
    return this.#stopped;
  }

  /** The clock of a message runs from its first byte: more bytes of the same message do not extend it. */
  #rearm(wasIdle: boolean, completed: number): void {
    if (this.#decoder.idle) {
      if (this.#trusted) this.#expectNothing();
      else this.#expect('first-byte-late', this.#limits.firstByteMs);
    } else if (wasIdle || completed > 0) {
      this.#expect('message-late', this.#limits.messageMs);
    }
  }

  #expect(fault: ReadFault, withinMs: number): void {
    clearTimeout(this.#deadline);
    this.#deadline = setTimeout(() => {
      this.#fail(fault);
    }, withinMs);
  }

  #expectNothing(): void {
    clearTimeout(this.#deadline);
    this.#deadline = undefined;
  }

  #fail(fault: ReadFault): void {
    this.stop();
    this.#gate.fault(fault);
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

function decode(body: Uint8Array, depth: number): Incoming {
  if (nestsDeeperThan(body, depth)) return { kind: 'too-deep' };
  try {
    const { value, stripped } = parseJson(utf8.decode(body), FORBIDDEN_KEYS);
    return { kind: 'json', value, forbiddenKey: stripped };
  } catch (error) {
    // Bytes that are not UTF-8 are a TypeError.
    if (error instanceof SyntaxError || error instanceof TypeError) return { kind: 'not-json' };
    throw error;
  }
}
