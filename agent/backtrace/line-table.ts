import { Cursor, Malformed } from './cursor.ts';
import type { ElfFile } from './elf.ts';

/** Where an instruction stands in the program's source. */
export interface SourceLine {
  readonly file: string;
  readonly line: number;
}

const PATH_MAX = 512;
const ENTRIES_MAX = 100_000;
const OPERATIONS_MAX = 50_000_000;
const LONG_UNIT = 0xffff_fff0;
const DW_LNCT_PATH = 1;
const DW_LNCT_DIRECTORY_INDEX = 2;

/** Text that several tables share. */
interface Texts {
  readonly lines: Buffer | undefined;
  readonly strings: Buffer | undefined;
}

interface Header {
  readonly version: number;
  readonly minimumInstruction: number;
  readonly defaultIsStatement: boolean;
  readonly lineBase: number;
  readonly lineRange: number;
  readonly opcodeBase: number;
  readonly operands: readonly number[];
  readonly fileName: (index: number) => string | undefined;
}

/** The lines of the addresses, by the debugger's tables where the file has them. @throws Malformed */
export function linesAt(elf: ElfFile, addresses: readonly number[]): Map<number, SourceLine> {
  const found = new Map<number, SourceLine>();
  const section = elf.section('.debug_line');
  if (section === undefined || addresses.length === 0) return found;
  const content = (name: string): Buffer | undefined => {
    const one = elf.section(name);
    return one === undefined ? undefined : elf.content(one);
  };
  const texts = { lines: content('.debug_line_str'), strings: content('.debug_str') };
  const data = elf.content(section);
  let left = OPERATIONS_MAX;
  for (let at = 0; at + 4 <= data.length && found.size < addresses.length && left > 0;) {
    const length = data.readUInt32LE(at);
    if (length >= LONG_UNIT) return found;
    const unit = data.subarray(at + 4, at + 4 + length);
    at += 4 + length;
    try {
      left -= readUnit(unit, texts, addresses, found);
    } catch (error) {
      // One compiler's tables may be odd and the next one's good.
      if (!(error instanceof Malformed)) throw error;
    }
  }
  return found;
}

function readUnit(unit: Buffer, texts: Texts, addresses: readonly number[], found: Map<number, SourceLine>): number {
  const cursor = new Cursor(unit);
  const version = cursor.u16();
  if (version < 2 || version > 5) throw new Malformed('a line table of an unknown version');
  if (version === 5) cursor.skip(2);
  const headerBytes = cursor.u32();
  const program = cursor.at + headerBytes;
  const header = readHeader(cursor, version, texts);
  cursor.at = program;
  return new LineProgram(header, addresses, found).run(cursor);
}

function readHeader(cursor: Cursor, version: number, texts: Texts): Header {
  const minimumInstruction = cursor.u8();
  if (version >= 4) cursor.u8();
  const defaultIsStatement = cursor.u8() !== 0;
  const lineBase = cursor.i8();
  const lineRange = cursor.u8();
  const opcodeBase = cursor.u8();
  if (lineRange === 0 || opcodeBase === 0) throw new Malformed('a line table that divides by zero');
  const operands = Array.from({ length: opcodeBase - 1 }, () => cursor.u8());
  const fileName = version === 5 ? readNames5(cursor, texts) : readNames(cursor);
  return { version, minimumInstruction, defaultIsStatement, lineBase, lineRange, opcodeBase, operands, fileName };
}

function readNames(cursor: Cursor): Header['fileName'] {
  const folders = [''];
  const files: string[] = [''];
  for (
    let folder = cursor.text(PATH_MAX);
    folder !== '' && folders.length < ENTRIES_MAX;
    folder = cursor.text(PATH_MAX)
  )
    folders.push(folder);
  for (let file = cursor.text(PATH_MAX); file !== '' && files.length < ENTRIES_MAX; file = cursor.text(PATH_MAX)) {
    files.push(join(folders[cursor.count()] ?? '', file));
    cursor.uleb();
    cursor.uleb();
  }
  return (index) => files[index];
}

function readNames5(cursor: Cursor, texts: Texts): Header['fileName'] {
  const folders = readEntries(cursor, texts).map(({ path }) => path);
  const files = readEntries(cursor, texts).map(({ path, folder }) => join(folders[folder] ?? '', path));
  return (index) => files[index];
}

function readEntries(cursor: Cursor, texts: Texts): { path: string; folder: number }[] {
  const formats = Array.from({ length: cursor.u8() }, () => [cursor.count(), cursor.count()] as const);
  const count = cursor.count();
  if (count > ENTRIES_MAX) throw new Malformed('too many files');
  return Array.from({ length: count }, () => {
    const entry = { path: '', folder: 0 };
    for (const [content, form] of formats) {
      const value = readForm(cursor, form, texts);
      if (content === DW_LNCT_PATH && typeof value === 'string') entry.path = value;
      else if (content === DW_LNCT_DIRECTORY_INDEX && typeof value === 'number') entry.folder = value;
    }
    return entry;
  });
}

function readForm(cursor: Cursor, form: number, { lines, strings }: Texts): string | number | undefined {
  switch (form) {
    case 0x08:
      return cursor.text(PATH_MAX);
    case 0x1f:
      return textAt(lines, cursor.u32());
    case 0x0e:
      return textAt(strings, cursor.u32());
    case 0x0b:
      return cursor.u8();
    case 0x05:
      return cursor.u16();
    case 0x06:
      return cursor.u32();
    case 0x0f:
      return cursor.count();
    case 0x07:
      cursor.skip(8);
      return undefined;
    case 0x1e:
      cursor.skip(16);
      return undefined;
    case 0x09:
      cursor.skip(cursor.count());
      return undefined;
    default:
      throw new Malformed('a form that line tables do not have');
  }
}

function textAt(text: Buffer | undefined, at: number): string {
  return text === undefined || at >= text.length ? '' : new Cursor(text, at).text(PATH_MAX);
}

function join(folder: string, file: string): string {
  return file.startsWith('/') || folder === '' ? file : `${folder}/${file}`;
}

/** Runs one table and keeps the rows that speak of the addresses. */
class LineProgram {
  readonly #header: Header;
  readonly #addresses: readonly number[];
  readonly #found: Map<number, SourceLine>;
  #address = 0;
  #file = 1;
  #line = 1;
  /** The row before: it holds up to the address of this one. */
  #last: { readonly address: number; readonly file: number; readonly line: number } | undefined;

  constructor(header: Header, addresses: readonly number[], found: Map<number, SourceLine>) {
    this.#header = header;
    this.#addresses = addresses;
    this.#found = found;
  }

  run(cursor: Cursor): number {
    const { opcodeBase, lineBase, lineRange, minimumInstruction } = this.#header;
    let operations = 0;
    for (; !cursor.isAtEnd && operations < OPERATIONS_MAX; operations += 1) {
      const opcode = cursor.u8();
      if (opcode >= opcodeBase) {
        const adjusted = opcode - opcodeBase;
        this.#address += Math.trunc(adjusted / lineRange) * minimumInstruction;
        this.#line += lineBase + (adjusted % lineRange);
        this.#row();
      } else if (opcode === 0) {
        this.#extended(cursor);
      } else {
        this.#standard(opcode, cursor);
      }
    }
    return operations;
  }

  #row(): void {
    const last = this.#last;
    if (last !== undefined && last.address < this.#address) {
      for (const address of this.#addresses) {
        if (address < last.address || address >= this.#address || this.#found.has(address)) continue;
        const file = this.#header.fileName(last.file);
        // Line 0 is the compiler's own code.
        if (file !== undefined && file !== '' && last.line > 0) this.#found.set(address, { file, line: last.line });
      }
    }
    this.#last = { address: this.#address, file: this.#file, line: this.#line };
  }

  #extended(cursor: Cursor): void {
    const length = cursor.count();
    const end = cursor.at + length;
    const opcode = length === 0 ? 0 : cursor.u8();
    if (opcode === 1) {
      this.#row();
      this.#last = undefined;
      this.#address = 0;
      this.#file = 1;
      this.#line = 1;
    } else if (opcode === 2) {
      this.#address = cursor.offset64();
    }
    cursor.at = end;
  }

  #standard(opcode: number, cursor: Cursor): void {
    const { opcodeBase, lineRange, minimumInstruction, operands } = this.#header;
    switch (opcode) {
      case 1:
        this.#row();
        return;
      case 2:
        this.#address += cursor.count() * minimumInstruction;
        return;
      case 3:
        this.#line += Number(cursor.sleb());
        return;
      case 4:
        this.#file = cursor.count();
        return;
      case 5:
        cursor.uleb();
        return;
      case 6:
      case 7:
      case 10:
      case 11:
        return;
      case 8:
        this.#address += Math.trunc((255 - opcodeBase) / lineRange) * minimumInstruction;
        return;
      case 9:
        this.#address += cursor.u16();
        return;
      default:
        for (let i = operands[opcode - 1] ?? 0; i > 0; i -= 1) cursor.uleb();
    }
  }
}
