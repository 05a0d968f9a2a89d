import { inflateSync, zstdDecompressSync } from 'node:zlib';
import { Cursor, Malformed } from './cursor.ts';
import type { ByteSource } from './source.ts';

const MAGIC = 0x46_4c_45_7f;
const CLASS_64 = 2;
const LITTLE_ENDIAN = 1;
const HEADER_BYTES = 64;
const SEGMENT_BYTES = 56;
const SECTION_BYTES = 64;
const PT_LOAD = 1;
const PT_NOTE = 4;
const PT_GNU_EH_FRAME = 0x6474_e550;
const NT_GNU_BUILD_ID = 3;
const SHF_COMPRESSED = 0x800;
const SHT_NOBITS = 8;
const COMPRESS_ZLIB = 1;
const COMPRESS_ZSTD = 2;
const COMPRESSION_HEADER_BYTES = 24;
const SECTIONS_MAX = 4_096;
const NOTES_MAX = 64 << 10;
const INFLATED_MAX = 128 << 20;
const NAME_MAX = 64;

export interface Segment {
  readonly type: number;
  readonly offset: number;
  readonly address: number;
  readonly fileBytes: number;
  readonly memoryBytes: number;
}

export interface Section {
  readonly name: string;
  readonly type: number;
  readonly flags: number;
  readonly address: number;
  readonly offset: number;
  readonly bytes: number;
  readonly link: number;
}

/** A 64-bit little-endian ELF file from a container: nothing in it is believed without a look. */
export class ElfFile {
  readonly #source: ByteSource;
  readonly segments: readonly Segment[];
  readonly #sectionsAt: { readonly offset: number; readonly count: number; readonly names: number };
  #sections: readonly Section[] | undefined;

  /** @throws Malformed */
  constructor(source: ByteSource) {
    this.#source = source;
    const header = new Cursor(source.read(0, HEADER_BYTES));
    if (header.u32() !== MAGIC || header.u8() !== CLASS_64 || header.u8() !== LITTLE_ENDIAN)
      throw new Malformed('not a 64-bit little-endian ELF file');
    header.at = 32;
    const segmentsAt = header.offset64();
    const sectionsAt = header.offset64();
    header.at = 54;
    const segmentBytes = header.u16();
    const segmentCount = header.u16();
    const sectionBytes = header.u16();
    const sectionCount = header.u16();
    const names = header.u16();
    if (segmentCount > 0 && segmentBytes !== SEGMENT_BYTES) throw new Malformed('segments of another size');
    this.segments = readSegments(source, segmentsAt, segmentCount);
    const hasSections = sectionBytes === SECTION_BYTES && sectionCount <= SECTIONS_MAX;
    this.#sectionsAt = { offset: sectionsAt, count: hasSections ? sectionCount : 0, names };
  }

  get sections(): readonly Section[] {
    this.#sections ??= readSections(this.#source, this.#sectionsAt);
    return this.#sections;
  }

  section(name: string): Section | undefined {
    return this.sections.find((section) => section.name === name && section.type !== SHT_NOBITS);
  }

  /** A section's content, decompressed. @throws Malformed */
  content(section: Section): Buffer {
    const raw = this.#source.read(section.offset, section.bytes);
    if ((section.flags & SHF_COMPRESSED) === 0) return raw;
    const type = new Cursor(raw).u32();
    const packed = raw.subarray(COMPRESSION_HEADER_BYTES);
    try {
      if (type === COMPRESS_ZLIB) return inflateSync(packed, { maxOutputLength: INFLATED_MAX });
      if (type === COMPRESS_ZSTD) return zstdDecompressSync(packed, { maxOutputLength: INFLATED_MAX });
    } catch {
      throw new Malformed(`${section.name} cannot be decompressed`);
    }
    throw new Malformed(`${section.name} is compressed in an unknown way`);
  }

  /** Bytes at an address of the loaded image that come from the file. @throws Malformed */
  at(address: number, length: number): Buffer {
    const segment = this.segments.find(
      (one) => one.type === PT_LOAD && address >= one.address && address + length <= one.address + one.fileBytes,
    );
    if (segment === undefined) throw new Malformed('no segment there');
    return this.#source.read(segment.offset + (address - segment.address), length);
  }

  /** Where the linker meant a byte of the file to be; what symbols and unwind tables speak of. */
  addressOf(fileOffset: number): number | undefined {
    const segment = this.segments.find(
      ({ type, offset, fileBytes }) => type === PT_LOAD && fileOffset >= offset && fileOffset < offset + fileBytes,
    );
    return segment === undefined ? undefined : segment.address + (fileOffset - segment.offset);
  }

  /** The index of unwind tables. */
  get unwindIndex(): Segment | undefined {
    return this.segments.find(({ type }) => type === PT_GNU_EH_FRAME);
  }

  buildId(): string | undefined {
    for (const { type, offset, fileBytes } of this.segments) {
      if (type !== PT_NOTE || fileBytes > NOTES_MAX) continue;
      const id = buildIdIn(new Cursor(this.#source.read(offset, fileBytes)));
      if (id !== undefined) return id;
    }
    return undefined;
  }
}

function readSegments(source: ByteSource, offset: number, count: number): Segment[] {
  if (count === 0) return [];
  const cursor = new Cursor(source.read(offset, count * SEGMENT_BYTES));
  return Array.from({ length: count }, () => {
    const type = cursor.u32();
    cursor.skip(4);
    const segment = { type, offset: cursor.offset64(), address: cursor.offset64() };
    cursor.skip(8);
    const sizes = { fileBytes: cursor.offset64(), memoryBytes: cursor.offset64() };
    cursor.skip(8);
    return { ...segment, ...sizes };
  });
}

function readSections(
  source: ByteSource,
  { offset, count, names }: { readonly offset: number; readonly count: number; readonly names: number },
): Section[] {
  if (count === 0) return [];
  const cursor = new Cursor(source.read(offset, count * SECTION_BYTES));
  const raw = Array.from({ length: count }, () => {
    const nameAt = cursor.u32();
    const type = cursor.u32();
    const flags = cursor.offset64();
    const section = { address: cursor.offset64(), offset: cursor.offset64(), bytes: cursor.offset64() };
    const link = cursor.u32();
    cursor.skip(20);
    return { nameAt, type, flags, link, ...section };
  });
  const table = raw[names];
  if (table === undefined || table.type === SHT_NOBITS) return [];
  const text = source.read(table.offset, table.bytes);
  return raw.map(({ nameAt, ...section }) => ({ ...section, name: nameOf(text, nameAt) }));
}

function nameOf(text: Buffer, at: number): string {
  return at < text.length ? new Cursor(text, at).text(NAME_MAX) : '';
}

function buildIdIn(notes: Cursor): string | undefined {
  while (notes.at + 12 <= notes.length) {
    const nameBytes = notes.u32();
    const idBytes = notes.u32();
    const type = notes.u32();
    const name = notes.bytes(Math.ceil(nameBytes / 4) * 4);
    const start = notes.at;
    const id = notes.bytes(idBytes);
    if (type === NT_GNU_BUILD_ID && nameBytes === 4 && name.toString('latin1') === 'GNU\0') return id.toString('hex');
    notes.at = start + Math.ceil(idBytes / 4) * 4;
  }
  return undefined;
}
