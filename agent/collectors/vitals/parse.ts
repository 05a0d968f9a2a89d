/** Reads numbers straight from the bytes of a cgroup file: no strings are made sixty times a minute. */

const NEWLINE = 0x0a;
const SPACE = 0x20;
const DOT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;

/** An unlimited v1 limit is 2^63 rounded down to a page; anything near it means 'no limit'. */
const UNLIMITED = 2 ** 62;

/** The unsigned number at `start`, with an optional fraction; NaN when there is none (`max`). */
export function parseNumber(bytes: Buffer, start: number, end: number): number {
  let value = 0;
  let scale = 0;
  let digits = 0;
  for (let at = start; at < end; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte === DOT && scale === 0) {
      scale = 1;
      continue;
    }
    if (byte < ZERO || byte > NINE) break;
    digits += 1;
    value = value * 10 + (byte - ZERO);
    if (scale > 0) scale *= 10;
  }
  if (digits === 0) return Number.NaN;
  return scale > 1 ? value / scale : value;
}

/** As `parseNumber`, NaN for what means 'no limit'. */
export function parseLimit(bytes: Buffer, length: number): number {
  const value = parseNumber(bytes, 0, length);
  return value >= UNLIMITED ? Number.NaN : value;
}

/** Calls `take` with the index of the key for each line `key value` whose key is wanted. */
export function parseKeyed(
  bytes: Buffer,
  length: number,
  keys: readonly Buffer[],
  take: (index: number, value: number) => void,
): void {
  let start = 0;
  while (start < length) {
    const newline = bytes.indexOf(NEWLINE, start);
    const end = newline < 0 || newline > length ? length : newline;
    const blank = bytes.indexOf(SPACE, start);
    if (blank >= 0 && blank < end) {
      const index = keys.findIndex(
        (key) => key.length === blank - start && bytes.compare(key, 0, key.length, start, blank) === 0,
      );
      if (index >= 0) take(index, parseNumber(bytes, blank + 1, end));
    }
    start = end + 1;
  }
}

const AVG10 = Buffer.from('avg10=');

/** `some avg10=1.23 avg60=…`: the first line of a pressure file, in percent. */
export function parsePressure(bytes: Buffer, length: number): number {
  const at = bytes.indexOf(AVG10);
  return at < 0 || at >= length ? Number.NaN : parseNumber(bytes, at + AVG10.length, length);
}
