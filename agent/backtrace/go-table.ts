import { Cursor, Malformed } from './cursor.ts';
import type { ElfFile, Section } from './elf.ts';
import type { SourceLine } from './line-table.ts';
import type { FunctionName } from './symbols.ts';

/** Since Go 1.18 and since 1.20: the same but for what stands in neither of the columns that are read here. */
const MAGICS: ReadonlySet<number> = new Set([0xffff_fff0, 0xffff_fff1]);
const WORD_BYTES = 8;
const PAIR_BYTES = 8;
const TEXT_MAX = 512;
/** Steps through the table of one function: a long one has some thousand. */
const STEPS_MAX = 200_000;
const NO_FILE = 0xffff_ffff;
const SECTIONS = ['.gopclntab', '.data.rel.ro.gopclntab'] as const;

export interface GoPlace {
  readonly function: FunctionName;
  readonly line: SourceLine | undefined;
}

/**
 * The table that every Go program carries to print its own traces (runtime/symtab.go): names and lines are there even
 * when the program was stripped. Of addresses that no Go function has nothing is told. @throws Malformed
 */
export function goPlacesAt(elf: ElfFile, addresses: readonly number[]): Map<number, GoPlace> {
  const found = new Map<number, GoPlace>();
  const section = SECTIONS.map((name) => elf.section(name)).find((one) => one !== undefined);
  if (section === undefined || addresses.length === 0) return found;
  const table = new GoTable(elf, section);
  for (const address of addresses) {
    const place = table.placeOf(address);
    if (place !== undefined) found.set(address, place);
  }
  return found;
}

/** `proto.(*Buffer).Marshal`: where its package was fetched from says nothing more. */
function withoutFolders(name: string): string {
  const end = name.search(/[([]/);
  return name.slice(name.lastIndexOf('/', end < 0 ? name.length : end) + 1);
}

class GoTable {
  readonly #data: Buffer;
  readonly #step: number;
  readonly #functions: number;
  readonly #text: number;
  readonly #names: number;
  readonly #units: number;
  readonly #files: number;
  readonly #values: number;
  readonly #index: number;

  constructor(elf: ElfFile, section: Section) {
    this.#data = elf.content(section);
    const header = new Cursor(this.#data);
    if (!MAGICS.has(header.u32())) throw new Malformed('a Go table of an unknown version');
    header.skip(2);
    this.#step = header.u8();
    if (header.u8() !== WORD_BYTES) throw new Malformed('a Go table of another word size');
    this.#functions = header.offset64();
    header.skip(WORD_BYTES);
    const text = header.offset64();
    // Left empty by newer linkers, and where the program can be loaded anywhere.
    this.#text = text === 0 ? (elf.section('.text')?.address ?? 0) : text;
    this.#names = header.offset64();
    this.#units = header.offset64();
    this.#files = header.offset64();
    this.#values = header.offset64();
    this.#index = header.offset64();
    if (this.#index + this.#functions * PAIR_BYTES + 4 > this.#data.length)
      throw new Malformed('a Go table that is longer than its section');
  }

  placeOf(address: number): GoPlace | undefined {
    const at = address - this.#text;
    if (this.#functions === 0 || at < this.#startOf(0) || at >= this.#startOf(this.#functions)) return undefined;
    let low = 0;
    for (let high = this.#functions; high - low > 1;) {
      const middle = (low + high) >> 1;
      if (this.#startOf(middle) <= at) low = middle;
      else high = middle;
    }
    const start = this.#startOf(low);
    const entry = new Cursor(this.#data, this.#index + this.#u32(this.#index + low * PAIR_BYTES + 4));
    if (entry.u32() !== start) throw new Malformed('a Go function that is not where it says');
    const symbol = withoutFolders(this.#string(this.#names + entry.u32()));
    entry.skip(12);
    const [file, line] = [entry.u32(), entry.u32()];
    entry.skip(4);
    const unit = entry.u32();
    if (symbol === '') return undefined;
    return { function: { symbol, start: this.#text + start }, line: this.#lineOf(at - start, { file, line, unit }) };
  }

  #lineOf(
    offset: number,
    tables: { readonly file: number; readonly line: number; readonly unit: number },
  ): SourceLine | undefined {
    const line = this.#valueAt(tables.line, offset);
    const number = this.#valueAt(tables.file, offset);
    if (line === undefined || line <= 0 || number === undefined || number < 0) return undefined;
    const at = this.#u32(this.#units + (tables.unit + number) * 4);
    const file = at === NO_FILE ? '' : this.#string(this.#files + at);
    return file === '' ? undefined : { file, line };
  }

  /** A table of steps: by how much the value changes, and after how many instructions it does. */
  #valueAt(table: number, offset: number): number | undefined {
    if (table === 0) return undefined;
    const cursor = new Cursor(this.#data, this.#values + table);
    let value = -1;
    let reach = 0;
    for (let step = 0; step < STEPS_MAX; step += 1) {
      const change = cursor.count();
      if (change === 0 && step > 0) return undefined;
      value += change % 2 === 0 ? change / 2 : -(change + 1) / 2;
      reach += cursor.count() * this.#step;
      if (offset < reach) return value;
    }
    throw new Malformed('a Go table without an end');
  }

  #startOf(index: number): number {
    return this.#u32(this.#index + index * PAIR_BYTES);
  }

  #u32(at: number): number {
    return new Cursor(this.#data, at).u32();
  }

  #string(at: number): string {
    return at >= this.#data.length ? '' : new Cursor(this.#data, at).text(TEXT_MAX);
  }
}
