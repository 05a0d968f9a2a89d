import type { Cursor } from './cursor.ts';
import { Malformed } from './cursor.ts';

export const DW_EH_PE_OMIT = 0xff;
const INDIRECT = 0x80;
const RELATIVE_PC = 0x10;
const RELATIVE_DATA = 0x30;
const ALIGNED = 0x50;

/** Addresses are of the image as it was linked, so a table can be read without the process. */
export interface PointerBase {
  /** Address of the first byte of what the cursor reads. */
  readonly section: number;
  /** Base of data-relative pointers. */
  readonly data: number;
}

/** A pointer of an unwind table, in the encoding that the table names (DW_EH_PE_*). @throws Malformed */
export function readPointer(cursor: Cursor, encoding: number, base: PointerBase): number {
  const from = base.section + cursor.at;
  const value = Number(readValue(cursor, encoding & 0xf));
  const relative = encoding & 0x70;
  if ((encoding & INDIRECT) !== 0 || relative === ALIGNED) throw new Malformed('a pointer that only the process knows');
  if (relative === 0) return value;
  if (relative === RELATIVE_PC) return from + value;
  if (relative === RELATIVE_DATA) return base.data + value;
  throw new Malformed('a pointer relative to something unknown');
}

/** The size of a range has the form of a pointer, and is relative to nothing. */
export function readLength(cursor: Cursor, encoding: number): number {
  return Number(BigInt.asUintN(64, readValue(cursor, encoding & 0xf)));
}

export function skipPointer(cursor: Cursor, encoding: number): void {
  if (encoding !== DW_EH_PE_OMIT) readValue(cursor, encoding & 0xf);
}

function readValue(cursor: Cursor, format: number): bigint {
  switch (format) {
    case 0x0:
    case 0x4:
      return cursor.u64();
    case 0x1:
      return cursor.uleb();
    case 0x2:
      return BigInt(cursor.u16());
    case 0x3:
      return BigInt(cursor.u32());
    case 0x9:
      return cursor.sleb();
    case 0xa:
      return BigInt(cursor.i16());
    case 0xb:
      return BigInt(cursor.i32());
    case 0xc:
      return cursor.i64();
    default:
      throw new Malformed('a pointer in an unknown form');
  }
}
