import type { ProcessFault } from './evidence.ts';
import type { EpochUs } from './time.ts';

export type RegisterSet = 'x86_64' | 'arm64';

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
