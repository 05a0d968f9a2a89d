import { closeSync, openSync, readSync } from 'node:fs';
import { endianness } from 'node:os';

/** AT_PAGESZ of the auxiliary vector: Node.js has no sysconf. */
const AT_PAGESZ = 6n;
const USUAL = 4_096;
const ENTRY_BYTES = 16;
const VECTOR_BYTES = 1_024;

/** Bytes of a page of memory: 4 KiB on x86-64, up to 64 KiB on arm64. */
export function pageSize(): number {
  const vector = readVector();
  const isLittle = endianness() === 'LE';
  for (let at = 0; at + ENTRY_BYTES <= vector.length; at += ENTRY_BYTES) {
    const [key, value] = isLittle
      ? [vector.readBigUInt64LE(at), vector.readBigUInt64LE(at + ENTRY_BYTES / 2)]
      : [vector.readBigUInt64BE(at), vector.readBigUInt64BE(at + ENTRY_BYTES / 2)];
    if (key === AT_PAGESZ) return Number(value);
  }
  return USUAL;
}

function readVector(): Buffer {
  try {
    const fd = openSync('/proc/self/auxv', 'r');
    try {
      const bytes = Buffer.alloc(VECTOR_BYTES);
      return bytes.subarray(0, readSync(fd, bytes));
    } finally {
      closeSync(fd);
    }
  } catch {
    // The kernel's usual size will do.
    return Buffer.alloc(0);
  }
}
