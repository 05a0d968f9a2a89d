import { fstatSync, readSync } from 'node:fs';
import { Malformed } from './cursor.ts';

/** Where the bytes of a binary come from. */
export interface ByteSource {
  readonly bytes: number;
  /** @throws Malformed beyond the end, or when more is asked for than anybody needs */
  read(offset: number, length: number): Buffer;
}

/** The largest piece that is read at once: the symbols of a browser, or its line table. */
const PIECE_MAX = 64 << 20;
/** All that is read of one file. */
const TOTAL_MAX = 256 << 20;

/** An open file. Regular files only: whoever opens has seen to it. */
export class FileSource implements ByteSource {
  readonly #fd: number;
  readonly bytes: number;
  #total = 0;

  constructor(fd: number) {
    this.#fd = fd;
    this.bytes = fstatSync(fd).size;
  }

  read(offset: number, length: number): Buffer {
    this.#total += length;
    if (offset < 0 || length < 0 || offset + length > this.bytes) throw new Malformed('beyond the end of the file');
    if (length > PIECE_MAX || this.#total > TOTAL_MAX) throw new Malformed('more than is read of one file');
    const buffer = Buffer.allocUnsafe(length);
    let done = 0;
    while (done < length) {
      const got = readSync(this.#fd, buffer, done, length - done, offset + done);
      if (got === 0) throw new Malformed('the file became shorter');
      done += got;
    }
    return buffer;
  }
}

export class MemorySource implements ByteSource {
  readonly #buffer: Buffer;

  constructor(buffer: Buffer) {
    this.#buffer = buffer;
  }

  get bytes(): number {
    return this.#buffer.length;
  }

  read(offset: number, length: number): Buffer {
    if (offset < 0 || length < 0 || offset + length > this.#buffer.length) throw new Malformed('beyond the end');
    return this.#buffer.subarray(offset, offset + length);
  }
}
