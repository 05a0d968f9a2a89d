import assert from 'node:assert/strict';
import { existsSync, openSync, closeSync } from 'node:fs';
import { describe, test } from 'node:test';
import { Malformed } from '../../../agent/backtrace/cursor.ts';
import { ElfFile } from '../../../agent/backtrace/elf.ts';
import { goPlacesAt } from '../../../agent/backtrace/go-table.ts';
import type { GoPlace } from '../../../agent/backtrace/go-table.ts';
import { FileSource, MemorySource } from '../../../agent/backtrace/source.ts';
import { Random } from '../../support/random.ts';
import { tinyElf } from '../../support/tiny-elf.ts';

const TEXT = 0x401000;
const FUNCTION_BYTES = 44;
const HEADER_BYTES = 72;

function words(bytes: 4 | 8, ...values: readonly number[]): Buffer {
  const buffer = Buffer.alloc(bytes * values.length);
  for (const [index, value] of values.entries()) {
    if (bytes === 4) buffer.writeUInt32LE(value >>> 0, index * 4);
    else buffer.writeBigUInt64LE(BigInt(value), index * 8);
  }
  return buffer;
}

/** Two functions of 32 bytes each, as Go 1.20 and later write them: main.main in /src/shop/main.go from line 7 on. */
function goTable(text = TEXT): Buffer {
  const names = Buffer.from('\0main.main\0example.com/shop/cart.(*Cart[...]).Add\0');
  const units = words(4, 0);
  const files = Buffer.from('/src/shop/main.go\0');
  // Of each: the value's change (doubled, odd for less), then instructions. File 0; line 7, and 9 from byte 16 on.
  const values = Buffer.from([0, 2, 32, 0, 16, 16, 4, 16, 0]);
  const index = words(4, 0, 20, 32, 20 + FUNCTION_BYTES, 64);
  const functions = [0, 1].map((number) => words(4, number * 32, number === 0 ? 1 : 11, 0, 0, 0, 1, 4, 0, 0, 0, 0));
  const offsets = [names, units, files, values].reduce<number[]>(
    (all, part) => [...all, (all.at(-1) ?? 0) + part.length],
    [HEADER_BYTES],
  );
  const [namesAt = 0, unitsAt = 0, filesAt = 0, valuesAt = 0, indexAt = 0] = offsets;
  const header = words(8, 2, 1, text, namesAt, unitsAt, filesAt, valuesAt, indexAt);
  const head = Buffer.concat([words(4, 0xffff_fff1), Buffer.from([0, 0, 1, 8])]);
  return Buffer.concat([head, header, names, units, files, values, index, ...functions]);
}

function placesIn(table: Buffer, addresses: readonly number[], section = '.gopclntab'): Map<number, GoPlace> {
  const text = { name: '.text', address: TEXT, content: Buffer.alloc(64) };
  const elf = new ElfFile(new MemorySource(tinyElf([text, { name: section, address: 0, content: table }])));
  return goPlacesAt(elf, addresses);
}

describe('the table of a stripped Go program', () => {
  test('names functions and lines', () => {
    const places = placesIn(goTable(), [TEXT, TEXT + 20, TEXT + 40, TEXT + 64, TEXT - 1, 0]);
    assert.deepEqual(
      [...places.values()].map((place) => [place.function.symbol, place.line?.file, place.line?.line]),
      [
        ['main.main', '/src/shop/main.go', 7],
        ['main.main', '/src/shop/main.go', 9],
        ['cart.(*Cart[...]).Add', '/src/shop/main.go', 7],
      ],
    );
    assert.equal(places.get(TEXT + 40)?.function.start, TEXT + 32);
  });

  test('is found where the program can be loaded anywhere, and goes by its section of code there', () => {
    const places = placesIn(goTable(0), [TEXT + 20], '.data.rel.ro.gopclntab');
    assert.equal(places.get(TEXT + 20)?.line?.line, 9);
  });

  test('of another version tells nothing', () => {
    const table = goTable();
    table.writeUInt32LE(0xffff_fffb, 0);
    assert.throws(() => placesIn(table, [TEXT]), Malformed);
  });

  test('whatever stands in it, its reading ends', () => {
    const random = new Random(11);
    for (let round = 0; round < 20_000; round += 1) {
      const table = goTable();
      for (let change = random.below(6); change >= 0; change -= 1)
        table[random.below(table.length)] = random.below(256);
      try {
        placesIn(table.subarray(0, table.length - random.below(40)), [TEXT, TEXT + 20, TEXT + 40]);
      } catch (error) {
        assert.ok(error instanceof Malformed, String(error));
      }
    }
  });

  const RUNC = '/usr/sbin/runc';
  test('of a real program names nearly every address', { skip: !existsSync(RUNC) }, () => {
    const fd = openSync(RUNC, 'r');
    try {
      const elf = new ElfFile(new FileSource(fd));
      const text = elf.section('.text');
      assert.ok(text !== undefined);
      const addresses = Array.from(
        { length: 500 },
        (_, index) => text.address + Math.floor((text.bytes * index) / 500),
      );
      const places = [...goPlacesAt(elf, addresses).values()];
      assert.ok(places.length > 450, `${String(places.length)} of 500`);
      assert.ok(places.some((place) => place.function.symbol.startsWith('runtime.') && place.line !== undefined));
    } finally {
      closeSync(fd);
    }
  });
});
