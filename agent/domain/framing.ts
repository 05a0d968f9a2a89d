/**
 * Content-Length framing for both ends of the protocol. A length is checked before a byte of the
 * body is kept, which the usual readers do not do.
 */
const MAX_HEADER_BYTES = 512;
const CR = 0x0d;
const LF = 0x0a;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

export type FrameFault = 'header-too-large' | 'bad-header' | 'body-too-large';

/** The peer does not speak the framing: nothing after this can be trusted, close the connection. */
export class FrameError extends Error {
  readonly fault: FrameFault;

  constructor(fault: FrameFault) {
    super(fault);
    this.name = 'FrameError';
    this.fault = fault;
  }
}

/** Cuts a stream of bytes into message bodies. Keeps at most one header and one body. */
export class FrameDecoder {
  readonly #maxBodyBytes: number;
  readonly #header = new Uint8Array(MAX_HEADER_BYTES);
  #headerLength = 0;
  #body: Uint8Array | undefined;
  #bodyLength = 0;

  constructor(maxBodyBytes: number) {
    this.#maxBodyBytes = maxBodyBytes;
  }

  /** True between messages: nothing of the next one has arrived. */
  get idle(): boolean {
    return this.#headerLength === 0 && this.#body === undefined;
  }

  /** The bodies that `chunk` completes, in order. Throws FrameError; the decoder is of no use afterwards. */
  push(chunk: Uint8Array): Uint8Array[] {
    const bodies: Uint8Array[] = [];
    let offset = 0;
    while (offset < chunk.length) {
      offset = this.#body === undefined ? this.#readHeader(chunk, offset) : this.#readBody(this.#body, chunk, offset);
      const body = this.#body;
      if (body?.length === this.#bodyLength) {
        bodies.push(body);
        this.#body = undefined;
      }
    }
    return bodies;
  }

  #readHeader(chunk: Uint8Array, from: number): number {
    for (let offset = from; offset < chunk.length; offset += 1) {
      if (this.#headerLength === MAX_HEADER_BYTES) throw new FrameError('header-too-large');
      this.#header[this.#headerLength] = chunk[offset] ?? 0;
      this.#headerLength += 1;
      if (this.#headerEnds()) {
        this.#body = new Uint8Array(this.#contentLength());
        this.#bodyLength = 0;
        this.#headerLength = 0;
        return offset + 1;
      }
    }
    return chunk.length;
  }

  #headerEnds(): boolean {
    const end = this.#headerLength;
    const header = this.#header;
    return (
      end >= 4 && header[end - 1] === LF && header[end - 2] === CR && header[end - 3] === LF && header[end - 4] === CR
    );
  }

  #contentLength(): number {
    const text = String.fromCharCode(...this.#header.subarray(0, this.#headerLength));
    let length: number | undefined;
    for (const line of text.slice(0, -4).split('\r\n')) {
      const field = /^(content-length|content-type):[ \t]*([\x20-\x7e]*?)[ \t]*$/i.exec(line);
      if (field === null) throw new FrameError('bad-header');
      if (field[1]?.toLowerCase() === 'content-type') continue;
      if (length !== undefined || !/^\d{1,15}$/.test(field[2] ?? '')) throw new FrameError('bad-header');
      length = Number(field[2]);
    }
    if (length === undefined) throw new FrameError('bad-header');
    if (length > this.#maxBodyBytes) throw new FrameError('body-too-large');
    return length;
  }

  #readBody(body: Uint8Array, chunk: Uint8Array, from: number): number {
    const end = Math.min(chunk.length, from + body.length - this.#bodyLength);
    body.set(chunk.subarray(from, end), this.#bodyLength);
    this.#bodyLength += end - from;
    return end;
  }
}

/** What goes before a body of so many bytes. */
export function frameHeader(bodyBytes: number): string {
  return `Content-Length: ${String(bodyBytes)}\r\n\r\n`;
}

/** Whether arrays and objects nest deeper than `limit`. Needs no parser, so that depth cannot hurt one. */
export function nestsDeeperThan(json: Uint8Array, limit: number): boolean {
  let depth = 0;
  let inString = false;
  for (let index = 0; index < json.length; index += 1) {
    const byte = json[index];
    if (inString) {
      if (byte === BACKSLASH) index += 1;
      else if (byte === QUOTE) inString = false;
    } else if (byte === QUOTE) {
      inString = true;
    } else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) {
      depth += 1;
      if (depth > limit) return true;
    } else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) {
      depth -= 1;
    }
  }
  return false;
}

export interface ParsedJson {
  readonly value: unknown;
  /** Whether a key was left out. */
  readonly stripped: boolean;
}

/** Parses JSON without the keys in `unwanted`, at any depth. Throws SyntaxError. */
export function parseJson(text: string, unwanted: ReadonlySet<string>): ParsedJson {
  let stripped = false;
  const value: unknown = JSON.parse(text, (key: string, member: unknown) => {
    if (!unwanted.has(key)) return member;
    stripped = true;
    return undefined;
  });
  return { value, stripped };
}
