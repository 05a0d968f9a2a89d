import type { FaultAccess, ProcessFault } from './evidence.ts';
import type { EpochUs } from './time.ts';

export type RegisterSet = 'x86_64' | 'arm64';

/** As evidence has it: `0x7ffc051fbf40`. */
export function hexAddress(value: bigint): string {
  return `0x${value.toString(16)}`;
}

const X86_PAGE_FAULT = 14n;
const X86_WRITE = 0x2n;
const X86_EXECUTE = 0x10n;

/** What an x86-64 processor says of an access that failed. A trap that is not of memory says nothing. */
export function x86Access(trap: bigint, error: bigint): FaultAccess | undefined {
  if (trap !== X86_PAGE_FAULT) return undefined;
  return (error & X86_EXECUTE) !== 0n ? 'execute' : (error & X86_WRITE) !== 0n ? 'write' : 'read';
}

/** The file behind a mapping, as the kernel knew it: enough to tell it from every other file. */
export interface MappedFile {
  readonly inode: bigint;
  readonly major: number;
  readonly minor: number;
  /** Canonical and free of symbolic links, from the root of its own file system. */
  readonly path: string | undefined;
}

/** Code that was mapped, with what it takes to find its file again. */
export interface CodeMapping {
  readonly start: bigint;
  readonly end: bigint;
  readonly fileOffset: bigint;
  readonly file: MappedFile | undefined;
  /** From the kernel; not known of every file. */
  readonly buildId: string | undefined;
}

/** What is known of a fault at once; the backtrace is still to be worked out. */
export interface CapturedFault {
  readonly at: EpochUs;
  readonly containerId: string | undefined;
  readonly run: string;
  /** Complete but for its frames. */
  readonly fault: ProcessFault;
  readonly registerSet: RegisterSet | undefined;
  /** In the order of the processor's DWARF numbers; x86-64 has the instruction at 16, arm64 sp at 31 and pc at 32. */
  readonly registers: readonly bigint[];
  readonly stackStart: bigint;
  readonly stack: Uint8Array;
  readonly code: readonly CodeMapping[];
}
