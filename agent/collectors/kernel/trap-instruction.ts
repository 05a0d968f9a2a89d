import type { TrapInstruction } from '../../domain/evidence.ts';
import type { RegisterSet } from '../../domain/fault.ts';
import { Signal } from '../../domain/signals.ts';

/** So many of the bytes stand before the instruction pointer. */
export const CODE_BEFORE = 4;

const ADDRESS_SIZE_PREFIX = 0x67;
const TWO_BYTES = 0x0f;
const UD2 = 0x0b;
const UD1 = 0xb9;
const INT3 = 0xcc;
const BRK = 0xd420_0000;
const BRK_MASK = 0xffe0_001f;
const BRK_NUMBER_SHIFT = 5;
/** What gdb leaves, and __builtin_debugtrap() of clang. Compilers take other numbers for a check that fails. */
const BREAKPOINTS: ReadonlyMap<number, TrapInstruction> = new Map([
  [0, 'brk #0'],
  [0xf000, 'brk #0xf000'],
]);
const UDF_SHIFT = 16;

/**
 * The instruction that a program stopped itself with; `undefined` for any other. Pure.
 * @param code bytes around the instruction pointer, `CODE_BEFORE` of them before it
 */
export function trapInstruction(
  code: Uint8Array,
  set: RegisterSet | undefined,
  signal: number,
): TrapInstruction | undefined {
  if (signal !== Signal.ILL && signal !== Signal.TRAP) return undefined;
  if (set === 'x86_64') return signal === Signal.ILL ? undefinedOnX86(code) : breakpointOnX86(code);
  return set === 'arm64' ? onArm(code) : undefined;
}

function undefinedOnX86(code: Uint8Array): TrapInstruction | undefined {
  const first = code[CODE_BEFORE] === ADDRESS_SIZE_PREFIX ? CODE_BEFORE + 1 : CODE_BEFORE;
  if (code[first] !== TWO_BYTES) return undefined;
  const second = code[first + 1];
  return second === UD2 ? 'ud2' : second === UD1 ? 'ud1' : undefined;
}

/** A trap, unlike a fault, leaves the pointer behind its instruction. */
function breakpointOnX86(code: Uint8Array): TrapInstruction | undefined {
  return code[CODE_BEFORE - 1] === INT3 ? 'int3' : undefined;
}

function onArm(code: Uint8Array): TrapInstruction | undefined {
  if (code.length < CODE_BEFORE + 4) return undefined;
  const word = new DataView(code.buffer, code.byteOffset, code.byteLength).getUint32(CODE_BEFORE, true);
  if ((word & BRK_MASK) >>> 0 === BRK) return BREAKPOINTS.get((word & ~BRK_MASK) >>> BRK_NUMBER_SHIFT) ?? 'brk';
  return word >>> UDF_SHIFT === 0 ? 'udf' : undefined;
}
