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
  readonly signal: SignalFrame;
}

/** What the kernel leaves on the stack for a handler of a signal; offsets from the stack pointer as the handler returns. */
export interface SignalFrame {
  /** What a handler returns to: the call of rt_sigreturn(), the same in every C library. */
  readonly returnCode: Buffer;
  /** Where that may be code of the kernel's own, which is in no file: a word that the kernel writes into every such frame. */
  readonly mark: { readonly offset: number; readonly word: bigint } | undefined;
  /** Pairs of register and offset. */
  readonly registers: readonly (readonly [number, number])[];
  readonly faultAddress: number;
  readonly trap: number | undefined;
  readonly error: number | undefined;
}

const WORD_BYTES = 8;

function consecutive(registers: readonly number[], offset: number): readonly (readonly [number, number])[] {
  return registers.map((register, index) => [register, offset + index * WORD_BYTES] as const);
}

/** struct rt_sigframe of arch/x86: the return address, which is gone by then, and the ucontext. */
const X86_SIGNAL: SignalFrame = {
  // mov $15, %rax; syscall
  returnCode: Buffer.from('48c7c00f0000000f05', 'hex'),
  mark: undefined,
  // r8 to r15, then rdi, rsi, rbp, rbx, rdx, rax, rcx, rsp, rip.
  registers: consecutive([8, 9, 10, 11, 12, 13, 14, 15, 5, 4, 6, 3, 1, 0, 2, 7, 16], 40),
  faultAddress: 216,
  trap: 200,
  error: 192,
};

/** struct rt_sigframe of arch/arm64: siginfo and the ucontext. What the processor said of the fault is not always there. */
const ARM64_SIGNAL: SignalFrame = {
  // mov x8, #139; svc #0
  returnCode: Buffer.from('681180d2010000d4', 'hex'),
  // The head of fpsimd_context, the first of the records that end the ucontext: FPSIMD_MAGIC and its size.
  mark: { offset: 592, word: 0x0000_0210_4650_8001n },
  registers: consecutive(
    Array.from({ length: 33 }, (_, register) => register),
    312,
  ),
  faultAddress: 304,
  trap: undefined,
  error: undefined,
};

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
    signal: X86_SIGNAL,
  },
  arm64: {
    count: 33,
    instruction: 32,
    stackPointer: 31,
    framePointer: 29,
    linkRegister: 30,
    codeAddress: (value) => value & ARM64_ADDRESS,
    endsWithCall: isArmCall,
    signal: ARM64_SIGNAL,
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
