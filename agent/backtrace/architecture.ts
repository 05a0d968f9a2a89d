import type { RegisterSet } from '../domain/fault.ts';

/** What unwinding must know of a processor. Registers by their DWARF numbers. */
export interface Architecture {
  readonly count: number;
  readonly instruction: number;
  readonly stackPointer: number;
  readonly framePointer: number;
  /** Where a call leaves the return address; absent where it pushes it. */
  readonly linkRegister: number | undefined;
  /** Takes off what pointer authentication put into an address. */
  readonly codeAddress: (value: bigint) => bigint;
  /** Whether the bytes before a return address are a call; they are the 8 before it. */
  readonly endsWithCall: (bytes: Buffer) => boolean;
}

const ARM64_ADDRESS = 0x0000_ffff_ffff_ffffn;

export const ARCHITECTURES: Readonly<Record<RegisterSet, Architecture>> = {
  x86_64: {
    count: 17,
    instruction: 16,
    stackPointer: 7,
    framePointer: 6,
    linkRegister: undefined,
    codeAddress: (value) => value,
    endsWithCall: isX86Call,
  },
  arm64: {
    count: 33,
    instruction: 32,
    stackPointer: 31,
    framePointer: 29,
    linkRegister: 30,
    codeAddress: (value) => value & ARM64_ADDRESS,
    endsWithCall: isArmCall,
  },
};

export const CALL_BYTES = 8;

/** `call rel32`, or `call` through a register or memory (FF /2), which takes 2 to 7 bytes. */
function isX86Call(bytes: Buffer): boolean {
  if (bytes[CALL_BYTES - 5] === 0xe8) return true;
  for (let length = 2; length <= 7; length += 1) {
    const opcode = bytes[CALL_BYTES - length];
    const mode = bytes[CALL_BYTES - length + 1] ?? 0;
    if (opcode === 0xff && ((mode >> 3) & 7) === 2) return true;
  }
  return false;
}

/** `bl`, `blr` and the authenticated `blraa` and its like. */
function isArmCall(bytes: Buffer): boolean {
  const word = bytes.readUInt32LE(CALL_BYTES - 4);
  return (
    word >>> 26 === 0b100101 || (word & 0xfffffc1f) >>> 0 === 0xd63f0000 || (word & 0xfefff800) >>> 0 === 0xd63f0800
  );
}
