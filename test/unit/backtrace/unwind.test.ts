import assert from 'node:assert/strict';
import test from 'node:test';
import { resolveFault } from '../../../agent/backtrace/resolve.ts';
import type { CapturedFault } from '../../../agent/domain/fault.ts';

const STACK = 0xffff_c000_0000n;
const HANDLER = 0x40_0100n;
const VDSO = 0xffff_b000_0600n;
const FAULTING = 0x40_0200n;
const FAULT_ADDRESS = 0x18n;
const FRAME_RECORD = 64;
const SIGNAL_FRAME = 80;

/** In the handler of a program for arm64, which returns to the kernel's own code: where a real one is, `make kernels A=arm64` plays. */
function inHandler(mark: bigint): CapturedFault {
  const stack = Buffer.alloc(4_096);
  const word = (offset: number, value: bigint): unknown => stack.writeBigUInt64LE(value, offset);
  const registers = new Array<bigint>(33).fill(0n);
  registers[29] = STACK + BigInt(FRAME_RECORD);
  registers[31] = STACK;
  registers[32] = HANDLER;
  word(FRAME_RECORD + 8, VDSO);
  word(SIGNAL_FRAME + 304, FAULT_ADDRESS);
  word(SIGNAL_FRAME + 560, STACK + 3_000n);
  word(SIGNAL_FRAME + 568, FAULTING);
  word(SIGNAL_FRAME + 592, mark);
  const unknownFile = { fileOffset: 0n, file: undefined, buildId: undefined };
  return {
    at: 1,
    containerId: 'c',
    run: '1',
    fault: {
      kind: 'process_fault',
      process: { pid: 7, startedAt: 0, comm: 'engine' },
      isMain: true,
      signal: 6,
      code: -6,
      instruction: '0x400100',
      stackPointer: '0xffffc0000000',
      frames: [],
      truncated: false,
    },
    registerSet: 'arm64',
    registers,
    stackStart: STACK,
    stack,
    code: [
      { start: 0x40_0000n, end: 0x40_1000n, ...unknownFile },
      { start: 0xffff_b000_0000n, end: 0xffff_b000_1000n, ...unknownFile },
    ],
  };
}

test('on arm64 a handler that returns to the kernel’s own code leads to where the signal came', () => {
  const { frames } = resolveFault(inHandler(0x0210_4650_8001n), () => undefined);
  assert.deepEqual(
    frames.map(({ address, interrupted }) => [address, interrupted]),
    [
      ['0x400100', undefined],
      ['0xffffb0000600', undefined],
      ['0x400200', { stackPointer: '0xffffc0000bb8', address: '0x18' }],
    ],
  );
});

test('what only looks a little like a signal’s frame is none', () => {
  const { frames } = resolveFault(inHandler(0x0210_4650_8002n), () => undefined);
  assert.deepEqual(
    frames.map(({ address }) => address),
    ['0x400100', '0xffffb0000600'],
  );
});
