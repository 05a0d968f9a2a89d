import assert from 'node:assert/strict';
import { test } from 'node:test';
import { trapInstruction } from '../../../../agent/collectors/kernel/trap-instruction.ts';
import type { RegisterSet } from '../../../../agent/domain/fault.ts';
import { Signal } from '../../../../agent/domain/signals.ts';

const { ILL, TRAP, SEGV } = Signal;
const NOP = 0x90;

/** Bytes before the instruction pointer, and from it on. */
function code(before: readonly number[], after: readonly number[]): Uint8Array {
  return Uint8Array.from([...Array<number>(4 - before.length).fill(NOP), ...before, ...after, 0, 0, 0, 0, 0, 0, 0, 0]);
}

const CASES: readonly (readonly [string, Uint8Array, RegisterSet | undefined, number, string | undefined])[] = [
  ['ud2 of __builtin_trap', code([], [0x0f, 0x0b]), 'x86_64', ILL, 'ud2'],
  ['ud1 of an overflow check by clang', code([], [0x67, 0x0f, 0xb9, 0x40, 0x0c]), 'x86_64', ILL, 'ud1'],
  ['an instruction of a newer processor', code([], [0x62, 0xf1, 0x7c, 0x48]), 'x86_64', ILL, undefined],
  ['ud2 that was left behind already', code([0x0f, 0x0b], [NOP]), 'x86_64', ILL, undefined],
  ['int3', code([0xcc], [0xc3]), 'x86_64', TRAP, 'int3'],
  ['a single step', code([NOP], [0xcc]), 'x86_64', TRAP, undefined],
  ['brk #1000 of __builtin_trap', code([], [0x00, 0x7d, 0x20, 0xd4]), 'arm64', TRAP, 'brk'],
  ['brk #1 of __builtin_trap by clang', code([], [0x20, 0x00, 0x20, 0xd4]), 'arm64', TRAP, 'brk'],
  ['brk #0 of a breakpoint', code([], [0x00, 0x00, 0x20, 0xd4]), 'arm64', TRAP, 'brk #0'],
  ['brk #0xf000 of __builtin_debugtrap', code([], [0x00, 0x00, 0x3e, 0xd4]), 'arm64', TRAP, 'brk #0xf000'],
  ['udf #0', code([], [0, 0, 0, 0]), 'arm64', ILL, 'udf'],
  ['an instruction that this arm64 lacks', code([], [0x00, 0x00, 0x20, 0x04]), 'arm64', ILL, undefined],
  ['nothing could be read', new Uint8Array(), 'x86_64', ILL, undefined],
  ['nothing could be read on arm64', new Uint8Array(), 'arm64', ILL, undefined],
  ['of no known processor', code([], [0x0f, 0x0b]), undefined, ILL, undefined],
  ['a fault of memory beside such an instruction', code([], [0x0f, 0x0b]), 'x86_64', SEGV, undefined],
];

for (const [name, bytes, set, signal, expected] of CASES) {
  test(`an instruction that stops the program: ${name}`, () => {
    assert.equal(trapInstruction(bytes, set, signal), expected);
  });
}
