import { Transform } from 'node:stream';
import type { TransformCallback } from 'node:stream';

const MAX_HEADER_BYTES = 4_096;
const HEADER_END = Buffer.from('\r\n\r\n');

/**
 * Lets messages of the Language Server Protocol through as they come and drops those above a size without keeping
 * them. An editor sends the whole text of a file that it opens; of a 100 MB log the parser alone would need 1 GB.
 */
export class FrameGate extends Transform {
  readonly #maxBodyBytes: number;
  readonly #onSkipped: (bytes: number) => void;
  #header = Buffer.alloc(0);
  #bodyLeft = 0;
  #isSkipping = false;

  /** @param onSkipped told the size of each message that is dropped, when it begins */
  constructor(maxBodyBytes: number, onSkipped: (bytes: number) => void) {
    super();
    this.#maxBodyBytes = maxBodyBytes;
    this.#onSkipped = onSkipped;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    let rest = chunk;
    try {
      while (rest.length > 0) rest = this.#bodyLeft > 0 ? this.#takeBody(rest) : this.#takeHeader(rest);
      done();
    } catch (error) {
      done(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #takeBody(chunk: Buffer): Buffer {
    const body = chunk.subarray(0, this.#bodyLeft);
    this.#bodyLeft -= body.length;
    if (!this.#isSkipping) this.push(body);
    return chunk.subarray(body.length);
  }

  #takeHeader(chunk: Buffer): Buffer {
    const before = this.#header.length;
    const header = Buffer.concat([this.#header, chunk.subarray(0, MAX_HEADER_BYTES)]);
    const end = header.indexOf(HEADER_END);
    if (end === -1) {
      if (header.length >= MAX_HEADER_BYTES) throw new Error('The header of a message does not end.');
      this.#header = header;
      return chunk.subarray(header.length - before);
    }
    const whole = header.subarray(0, end + HEADER_END.length);
    this.#header = Buffer.alloc(0);
    this.#bodyLeft = contentLength(whole);
    this.#isSkipping = this.#bodyLeft > this.#maxBodyBytes;
    if (this.#isSkipping) this.#onSkipped(this.#bodyLeft);
    else this.push(whole);
    return chunk.subarray(whole.length - before);
  }
}

function contentLength(header: Buffer): number {
  const match = /(?:^|\r\n)content-length:[ \t]*(\d{1,15})[ \t]*\r\n/i.exec(header.toString('latin1'));
  if (match === null) throw new Error('A message has no Content-Length.');
  return Number(match[1]);
}
