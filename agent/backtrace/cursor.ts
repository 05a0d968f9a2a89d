/** A file or a record that is not what it says it is. Never leaves this room. */
export class Malformed extends Error {}

const U32 = 0x1_0000_0000;
const LEB_BITS = 7n;
const LEB_MAX_SHIFT = 63n;

/** Reads little-endian data step by step, and throws {@link Malformed} at its end. */
export class Cursor {
  readonly #bytes: Buffer;
  at: number;

  constructor(bytes: Buffer, at = 0) {
    this.#bytes = bytes;
    this.at = at;
  }

  get length(): number {
    return this.#bytes.length;
  }

  get isAtEnd(): boolean {
    return this.at >= this.#bytes.length;
  }

  #take(bytes: number): number {
    const from = this.at;
    if (from < 0 || bytes < 0 || from + bytes > this.#bytes.length) throw new Malformed('data ends too early');
    this.at = from + bytes;
    return from;
  }

  skip(bytes: number): void {
    this.#take(bytes);
  }

  u8(): number {
    return this.#bytes.readUInt8(this.#take(1));
  }

  i8(): number {
    return this.#bytes.readInt8(this.#take(1));
  }

  u16(): number {
    return this.#bytes.readUInt16LE(this.#take(2));
  }

  i16(): number {
    return this.#bytes.readInt16LE(this.#take(2));
  }

  u32(): number {
    return this.#bytes.readUInt32LE(this.#take(4));
  }

  i32(): number {
    return this.#bytes.readInt32LE(this.#take(4));
  }

  u64(): bigint {
    return this.#bytes.readBigUInt64LE(this.#take(8));
  }

  i64(): bigint {
    return this.#bytes.readBigInt64LE(this.#take(8));
  }

  /** A size or an offset in a file. */
  offset64(): number {
    const low = this.u32();
    const high = this.u32();
    const value = high * U32 + low;
    if (!Number.isSafeInteger(value)) throw new Malformed('an offset beyond every file');
    return value;
  }

  uleb(): bigint {
    let value = 0n;
    for (let shift = 0n; shift <= LEB_MAX_SHIFT; shift += LEB_BITS) {
      const byte = this.u8();
      value |= BigInt(byte & 0x7f) << shift;
      if ((byte & 0x80) === 0) return BigInt.asUintN(64, value);
    }
    throw new Malformed('a number of too many bytes');
  }

  sleb(): bigint {
    let value = 0n;
    for (let shift = 0n; shift <= LEB_MAX_SHIFT; shift += LEB_BITS) {
      const byte = this.u8();
      value |= BigInt(byte & 0x7f) << shift;
      if ((byte & 0x80) === 0)
        return BigInt.asIntN(64, (byte & 0x40) === 0 ? value : value - (1n << (shift + LEB_BITS)));
    }
    throw new Malformed('a number of too many bytes');
  }

  /** A ULEB128 that counts or measures something. */
  count(): number {
    const value = this.uleb();
    if (value > BigInt(U32)) throw new Malformed('a count beyond reason');
    return Number(value);
  }

  bytes(length: number): Buffer {
    const from = this.#take(length);
    return this.#bytes.subarray(from, from + length);
  }

  text(maximum: number): string {
    const end = this.#bytes.indexOf(0, this.at);
    if (end < 0) throw new Malformed('text without an end');
    const text = this.#bytes.subarray(this.at, Math.min(end, this.at + maximum)).toString('utf8');
    this.at = end + 1;
    return text;
  }
}
