import type { ElfFile, Section } from './elf.ts';

const SYMBOL_BYTES = 24;
const STT_NOTYPE = 0;
const STT_FUNC = 2;
const STT_GNU_IFUNC = 10;
const STB_LOCAL = 0;
const STB_GLOBAL = 1;
const SHN_UNDEF = 0;
const NAME_MAX = 1_024;
/** A symbol without a size (hand-written assembly) is believed for this many bytes. */
const SIZELESS_REACH = 4_096;
const HIGH = 0x1_0000_0000;

export interface FunctionName {
  /** As the linker knows it: mangled. */
  readonly symbol: string;
  readonly start: number;
}

interface Candidate {
  readonly start: number;
  readonly sized: boolean;
  readonly binding: number;
  readonly nameAt: number;
}

/** The functions that contain the addresses; those that no symbol speaks of are left out. @throws Malformed */
export function functionsAt(elf: ElfFile, addresses: readonly number[]): Map<number, FunctionName> {
  const found = new Map<number, FunctionName>();
  for (const name of ['.symtab', '.dynsym']) {
    const missing = addresses.filter((address) => !found.has(address));
    const table = elf.section(name);
    if (missing.length === 0 || table === undefined) continue;
    const strings = elf.sections[table.link];
    if (strings !== undefined) search(elf, table, strings, missing, found);
  }
  return found;
}

function search(
  elf: ElfFile,
  table: Section,
  strings: Section,
  addresses: readonly number[],
  found: Map<number, FunctionName>,
): void {
  const symbols = elf.content(table);
  const text = elf.content(strings);
  const nameOf = (at: number): string => textAt(text, at);
  const best = new Map<number, Candidate>();
  for (let at = 0; at + SYMBOL_BYTES <= symbols.length; at += SYMBOL_BYTES) {
    const info = symbols.readUInt8(at + 4);
    const type = info & 0xf;
    if (type !== STT_FUNC && type !== STT_NOTYPE && type !== STT_GNU_IFUNC) continue;
    if (symbols.readUInt16LE(at + 6) === SHN_UNDEF) continue;
    const start = symbols.readUInt32LE(at + 8) + symbols.readUInt32LE(at + 12) * HIGH;
    const bytes = symbols.readUInt32LE(at + 16) + symbols.readUInt32LE(at + 20) * HIGH;
    if (type === STT_NOTYPE && bytes === 0 && info >> 4 === STB_LOCAL) continue;
    for (const address of addresses) {
      if (address < start || address >= start + (bytes === 0 ? SIZELESS_REACH : bytes)) continue;
      const candidate = { start, sized: bytes > 0, binding: info >> 4, nameAt: symbols.readUInt32LE(at) };
      const known = best.get(address);
      if (known === undefined || isBetter(candidate, known, nameOf)) best.set(address, candidate);
    }
  }
  for (const [address, { start, nameAt }] of best) {
    const symbol = nameOf(nameAt);
    if (symbol !== '') found.set(address, { symbol, start });
  }
}

/** The nearer, then the one with a size, then the name that a person knows: `raise`, not `__GI_raise`. */
function isBetter(a: Candidate, b: Candidate, nameOf: (at: number) => string): boolean {
  if (a.sized !== b.sized) return a.sized;
  if (a.start !== b.start) return a.start > b.start;
  if ((a.binding === STB_GLOBAL) !== (b.binding === STB_GLOBAL)) return a.binding === STB_GLOBAL;
  const [nameA, nameB] = [nameOf(a.nameAt), nameOf(b.nameAt)];
  const [privateA, privateB] = [leading(nameA), leading(nameB)];
  if (privateA !== privateB) return privateA < privateB;
  return nameA.length < nameB.length;
}

function leading(name: string): number {
  return name.length - name.replace(/^_+/, '').length;
}

/** Without its version: `memcpy@@GLIBC_2.14`. */
function textAt(text: Buffer, at: number): string {
  if (at >= text.length) return '';
  const end = text.indexOf(0, at);
  const name = text.subarray(at, Math.min(end < 0 ? text.length : end, at + NAME_MAX)).toString('utf8');
  return name.split('@', 1)[0] ?? '';
}
