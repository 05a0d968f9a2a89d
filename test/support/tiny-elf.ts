/** A 64-bit ELF file of nothing but named sections. */

const HEADER_BYTES = 64;
const SECTION_BYTES = 64;
const SHT_PROGBITS = 1;

export interface TinySection {
  readonly name: string;
  readonly address: number;
  readonly content: Buffer;
}

export function tinyElf(sections: readonly TinySection[]): Buffer {
  const all = [...sections, { name: '.shstrtab', address: 0, content: Buffer.alloc(0) }];
  const names = Buffer.from(`\0${all.map(({ name }) => `${name}\0`).join('')}`);
  const contents = all.map(({ name, content }) => (name === '.shstrtab' ? names : content));
  const table = Buffer.alloc(SECTION_BYTES * (all.length + 1));
  let offset = HEADER_BYTES;
  for (const [index, { name, address }] of all.entries()) {
    const at = SECTION_BYTES * (index + 1);
    const bytes = contents[index]?.length ?? 0;
    table.writeUInt32LE(names.indexOf(`\0${name}\0`) + 1, at);
    table.writeUInt32LE(SHT_PROGBITS, at + 4);
    table.writeBigUInt64LE(BigInt(address), at + 16);
    table.writeBigUInt64LE(BigInt(offset), at + 24);
    table.writeBigUInt64LE(BigInt(bytes), at + 32);
    offset += bytes;
  }
  const header = Buffer.alloc(HEADER_BYTES);
  header.write('\x7fELF\x02\x01\x01', 'latin1');
  header.writeBigUInt64LE(BigInt(offset), 40);
  header.writeUInt16LE(SECTION_BYTES, 58);
  header.writeUInt16LE(all.length + 1, 60);
  header.writeUInt16LE(all.length, 62);
  return Buffer.concat([header, ...contents, table]);
}
