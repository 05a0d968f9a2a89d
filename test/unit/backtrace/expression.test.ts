import assert from 'node:assert/strict';
import test from 'node:test';
import { Malformed } from '../../../agent/backtrace/cursor.ts';
import { evaluate } from '../../../agent/backtrace/expression.ts';

const REGISTERS = new Map([
  [7, 0x7ffc_0000n],
  [16, 0x40_1026n],
]);
const context = {
  register: (number: number): bigint => REGISTERS.get(number) ?? assert.fail(`register ${String(number)}`),
  memory: (address: bigint): bigint => address + 1n,
};
const value = (hex: string, initial?: bigint): bigint =>
  evaluate(Buffer.from(hex.replaceAll(' ', ''), 'hex'), context, initial);

test('where a frame begins in the table of jumps to libraries, as linkers describe it', () => {
  // rsp + 8 + (((rip & 15) >= 11) << 3), before and after the push of a number
  const plt = '77 08 80 00 3f 1a 3b 2a 33 24 22';
  assert.equal(value(plt), 0x7ffc_0008n);
  REGISTERS.set(16, 0x40_102bn);
  assert.equal(value(plt), 0x7ffc_0010n);
  REGISTERS.set(16, 0x40_1026n);
});

test('a register that the kernel put on the stack, as C libraries describe a signal’s frame', () => {
  // breg7 +160, deref
  assert.equal(value('77 a0 01 06'), 0x7ffc_00a1n);
});

for (const [what, hex, expected] of [
  ['literals', '3f', 15n],
  ['one byte', '08 ff', 255n],
  ['one byte with a sign', '09 ff', 2n ** 64n - 1n],
  ['two bytes', '0a ff ff', 0xffffn],
  ['two bytes with a sign, negated', '0b fe ff 1f', 2n],
  ['four bytes', '0c 78 56 34 12', 0x12345678n],
  ['four bytes with a sign, all bits turned', '0d ff ff ff ff 20', 0n],
  ['eight bytes', '0e 01 00 00 00 00 00 00 80', 0x8000_0000_0000_0001n],
  ['LEB128', '10 80 02', 256n],
  ['LEB128 with a sign', '10 05 11 7f 22', 4n],
  ['a sum that wraps around', '0e ff ff ff ff ff ff ff ff 23 02', 1n],
  ['a difference', '35 33 1c', 2n],
  ['a product', '35 33 1e', 15n],
  ['or, exclusive or', '35 3a 21 33 27', 12n],
  ['a shift of everything', '31 08 40 24', 0n],
  ['a shift with the sign', '11 70 32 26', 2n ** 64n - 4n],
  ['a comparison with the sign', '11 7f 31 2d', 1n],
  ['equal and not', '33 33 29 33 2e', 1n],
  ['twice, exchanged, dropped', '35 12 33 16 13', 3n],
  ['a register of a number above 31', '92 10 7f', 0x40_1025n],
  ['a jump over what follows', '31 2f 01 00 3f', 1n],
  ['a jump on a condition', '35 30 28 01 00 12 22', 10n],
  ['nothing', '37 96', 7n],
] as const) {
  test(`${what} are what DWARF says`, () => {
    assert.equal(value(hex), expected);
  });
}

test('begins with what it is given', () => {
  assert.equal(value('23 08', 0x100n), 0x108n);
});

for (const [what, hex] of [
  ['an empty one', ''],
  ['one that takes from an empty stack', '22'],
  ['one without an end', '2f fd ff'],
  ['one that jumps out', '2f 10 00'],
  ['one that jumps before its beginning', '2f 00 80'],
  ['one whose stack grows without an end', '31 2f fc ff'],
  ['one that ends in the middle', '0c 01'],
  ['one that asks for what no unwinding needs', 'f0'],
] as const) {
  test(`${what} is malformed`, () => {
    assert.throws(() => value(hex), Malformed);
  });
}
