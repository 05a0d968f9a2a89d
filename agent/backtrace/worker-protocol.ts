import type { ProcessFault } from '../domain/evidence.ts';
import type { CapturedFault } from '../domain/fault.ts';
import type { OpenedCode } from './open-code.ts';

/** The files are open in the whole process: a thread can read what another one opened. */
export interface Work {
  readonly captured: CapturedFault;
  readonly files: OpenedCode;
}

/** What the thread says first: its code is loaded. */
export const READY = 'ready';

/** What the thread answers: one for each piece of work, in order. */
export interface Done {
  readonly fault: ProcessFault;
}

export function isDone(message: unknown): message is Done {
  return typeof message === 'object' && message !== null && 'fault' in message;
}
