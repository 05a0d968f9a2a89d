import { Cursor, Malformed } from './cursor.ts';
import type { ElfFile } from './elf.ts';
import { DW_EH_PE_OMIT, readLength, readPointer, skipPointer } from './pointer.ts';

/** Table of fixed entries, sorted, each a 4-byte offset to a function and to its description. */
const SORTED_TABLE = 0x3b;
const INDEX_HEADER_MAX = 32;
const INDEX_ENTRY_BYTES = 8;
const ENTRY_MAX = 1 << 20;
const AUGMENTATION_MAX = 16;
/** Of a file without an index. */
const SCAN_MAX = 64 << 20;

/** How the frame of one function is taken down: programs of DW_CFA instructions, and what they need. */
export interface FrameDescription {
  readonly start: number;
  readonly end: number;
  readonly codeAlign: bigint;
  readonly dataAlign: bigint;
  readonly returnRegister: number;
  /** A signal handler's frame: what is below was interrupted, and did not call. */
  readonly isSignal: boolean;

  readonly initial: Buffer;
  readonly instructions: Buffer;
}

interface Common {
  readonly codeAlign: bigint;
  readonly dataAlign: bigint;
  readonly returnRegister: number;
  readonly isSignal: boolean;
  readonly hasAugmentation: boolean;
  readonly pointerEncoding: number;
  readonly initial: Buffer;
}

/** The description of the function at an address, if the file has one. @throws Malformed */
export function descriptionAt(elf: ElfFile, address: number): FrameDescription | undefined {
  const indexed = byIndex(elf, address);
  const description = indexed ?? (elf.unwindIndex === undefined ? byScan(elf, address) : undefined);
  return description !== undefined && address >= description.start && address < description.end
    ? description
    : undefined;
}

function byIndex(elf: ElfFile, address: number): FrameDescription | undefined {
  const index = elf.unwindIndex;
  if (index === undefined) return undefined;
  const cursor = new Cursor(elf.at(index.address, Math.min(INDEX_HEADER_MAX, index.fileBytes)));
  const base = { section: index.address, data: index.address };
  if (cursor.u8() !== 1) throw new Malformed('an index of another version');
  const frameEncoding = cursor.u8();
  const countEncoding = cursor.u8();
  const tableEncoding = cursor.u8();
  if (frameEncoding !== DW_EH_PE_OMIT) readPointer(cursor, frameEncoding, base);
  if (countEncoding === DW_EH_PE_OMIT || tableEncoding !== SORTED_TABLE) return undefined;
  const count = readPointer(cursor, countEncoding, base);
  const table = index.address + cursor.at;
  if (cursor.at + count * INDEX_ENTRY_BYTES > index.fileBytes) throw new Malformed('an index longer than its segment');
  const at = (entry: number): Cursor => new Cursor(elf.at(table + entry * INDEX_ENTRY_BYTES, INDEX_ENTRY_BYTES));
  let [low, high] = [0, count];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (index.address + at(middle).i32() <= address) low = middle + 1;
    else high = middle;
  }
  if (low === 0) return undefined;
  const entry = at(low - 1);
  entry.skip(4);
  return descriptionFrom(elf, index.address + entry.i32());
}

/** Reads the description at an address of the image. */
function descriptionFrom(elf: ElfFile, address: number): FrameDescription {
  const entry = readEntry(elf, address);
  const backwards = entry.cursor.u32();
  if (backwards === 0) throw new Malformed('the index points to no description');
  const common = readCommon(elf, entry.body - backwards);
  return readDescription(common, entry);
}

interface Entry {
  readonly cursor: Cursor;
  /** Address of the first byte after the length. */
  readonly body: number;
}

function readEntry(elf: ElfFile, address: number): Entry {
  const length = new Cursor(elf.at(address, 4)).u32();
  // 0xffffffff announces a 64-bit length: nobody has 4 GiB of unwind tables.
  if (length === 0 || length > ENTRY_MAX) throw new Malformed('an entry of an impossible size');
  return { cursor: new Cursor(elf.at(address + 4, length)), body: address + 4 };
}

function readCommon(elf: ElfFile, address: number): Common {
  const { cursor } = readEntry(elf, address);
  if (cursor.u32() !== 0) throw new Malformed('not a common entry');
  const version = cursor.u8();
  const augmentation = cursor.text(AUGMENTATION_MAX);
  if (augmentation !== '' && !augmentation.startsWith('z')) throw new Malformed('an unknown augmentation');
  const codeAlign = cursor.uleb();
  const dataAlign = cursor.sleb();
  const returnRegister = version === 1 ? cursor.u8() : cursor.count();
  let pointerEncoding = 0;
  let isSignal = false;
  if (augmentation !== '') {
    const end = cursor.count() + cursor.at;
    for (const letter of augmentation.slice(1)) {
      if (letter === 'R') pointerEncoding = cursor.u8();
      else if (letter === 'P') skipPointer(cursor, cursor.u8());
      else if (letter === 'L') cursor.u8();
      else if (letter === 'S') isSignal = true;
    }
    cursor.at = end;
  }
  return {
    codeAlign,
    dataAlign,
    returnRegister,
    isSignal,
    hasAugmentation: augmentation !== '',
    pointerEncoding,
    initial: cursor.bytes(cursor.length - cursor.at),
  };
}

function readDescription(common: Common, { cursor, body }: Entry): FrameDescription {
  const start = readPointer(cursor, common.pointerEncoding, { section: body, data: 0 });
  const bytes = readLength(cursor, common.pointerEncoding);
  if (common.hasAugmentation) cursor.skip(cursor.count());
  const { codeAlign, dataAlign, returnRegister, isSignal, initial } = common;
  return {
    start,
    end: start + bytes,
    codeAlign,
    dataAlign,
    returnRegister,
    isSignal,
    initial,
    instructions: cursor.bytes(cursor.length - cursor.at),
  };
}

/** Without an index every description is looked at. */
function byScan(elf: ElfFile, address: number): FrameDescription | undefined {
  const section = elf.section('.eh_frame');
  if (section === undefined || section.address === 0 || section.bytes > SCAN_MAX) return undefined;
  const cursor = new Cursor(elf.content(section));
  while (cursor.at + 8 <= cursor.length) {
    const at = section.address + cursor.at;
    const length = cursor.u32();
    if (length === 0) return undefined;
    const next = cursor.at + length;
    if (cursor.u32() !== 0) {
      const description = descriptionFrom(elf, at);
      if (address >= description.start && address < description.end) return description;
    }
    cursor.at = next;
  }
  return undefined;
}
