import type { Death } from './death.ts';
import { displayText } from './display.ts';
import type { BacktraceFrame, EvidenceOf, ProcessFault } from './evidence.ts';
import { isKind } from './evidence.ts';
import { beforeHandler, handledFault, signalsSent } from './handled-fault.ts';
import { sameProcess } from './process.ts';

/** A step of a backtrace, and how often it comes in a row. */
export interface CountedFrame {
  readonly frame: BacktraceFrame;
  readonly count: number;
}

const FUNCTION_LIMIT = 120;
const FILE_LIMIT = 60;
const MODULE_LIMIT = 48;

/** What calls `main` or a thread's function: the same in every program. */
const STARTERS: ReadonlySet<string> = new Set([
  '_start',
  '__libc_start_main',
  '__libc_start_main_impl',
  '__libc_start_call_main',
  'start_thread',
  'clone',
  'clone3',
  '__clone3',
  'runtime.main',
  'runtime.goexit',
]);

/** The fault of the process that the verdict is about. */
export function faultOf(death: Death): ProcessFault | undefined {
  const fault = lastFault(death);
  return fault === undefined ? undefined : beforeHandler(fault, signalsSent(death.evidence)).data;
}

/** The steps of its handler, where one had taken the fault and then ended the program, innermost first. */
export function handlerFrames(death: Death): readonly BacktraceFrame[] {
  const fault = lastFault(death);
  const handled = fault === undefined ? undefined : handledFault(fault, signalsSent(death.evidence));
  return handled === undefined ? [] : (fault?.data.frames.slice(0, handled.frame) ?? []);
}

function lastFault({ evidence, verdict }: Death): EvidenceOf<'process_fault'> | undefined {
  const victim = verdict.victim?.process;
  const faults = evidence.filter((item) => isKind(item, 'process_fault'));
  return victim === undefined ? undefined : faults.findLast(({ data }) => sameProcess(data.process, victim));
}

/** The frames that are the program's, recursion folded. */
export function tellingFrames(frames: readonly BacktraceFrame[]): readonly CountedFrame[] {
  const main = frames.findIndex((frame) => frame.function === 'main');
  const own = main < 0 ? withoutStarters(frames) : frames.slice(0, main + 1);
  const counted: { frame: BacktraceFrame; count: number }[] = [];
  for (const frame of own) {
    const last = counted.at(-1);
    if (last !== undefined && frame.function !== undefined && last.frame.function === frame.function) last.count += 1;
    else counted.push({ frame, count: 1 });
  }
  return counted;
}

/** Where a program or one of its threads begins: a backtrace that comes to it is whole. */
export function isStart({ function: name }: BacktraceFrame): boolean {
  return name === 'main' || (name !== undefined && STARTERS.has(name));
}

function withoutStarters(frames: readonly BacktraceFrame[]): readonly BacktraceFrame[] {
  const last = frames.findLastIndex((frame) => frame.function === undefined || !STARTERS.has(frame.function));
  return last < 0 ? frames : frames.slice(0, last + 1);
}

/** `handle_request() at server.c:42`, `memcpy() in libc.so.6`, `server+0x1234`: safe to show. */
export function framePlace(frame: BacktraceFrame): string {
  const module = frame.module === undefined ? undefined : displayText(frame.module, MODULE_LIMIT);
  const name = frame.function === undefined ? undefined : `${displayText(frame.function, FUNCTION_LIMIT)}()`;
  const line = sourceLine(frame);
  if (name === undefined) {
    if (module === undefined) return 'code that is in no file';
    return `${module}+${frame.offset ?? frame.address}`;
  }
  if (line !== undefined) return `${name} at ${line}`;
  return module === undefined ? name : `${name} in ${module}`;
}

/** `server.c:42`; the folder where it was compiled says nothing. */
export function sourceLine({ file, line }: BacktraceFrame): string | undefined {
  if (file === undefined || line === undefined) return undefined;
  return `${displayText(file.slice(file.lastIndexOf('/') + 1), FILE_LIMIT)}:${String(line)}`;
}

/** What addr2line and a debugger are told: `server+0x1234`. */
export function frameAddress(frame: BacktraceFrame): string {
  const module = frame.module === undefined ? '' : displayText(frame.module, MODULE_LIMIT);
  return module === '' ? frame.address : `${module}+${frame.offset ?? frame.address}`;
}
