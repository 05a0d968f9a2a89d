import { framePlace, tellingFrames } from '../domain/backtrace.ts';
import { formatBytes } from '../domain/bytes.ts';
import type { Advice } from '../domain/death.ts';
import { displayCommand, displayText } from '../domain/display.ts';
import type { BacktraceFrame, ProcessFault } from '../domain/evidence.ts';
import type { ProcessRef } from '../domain/process.ts';
import { isLibrary, isOwnCode, ownFrame } from './fault-frames.ts';
import type { FaultPlace } from './fault-place.ts';

const VERBS = { read: 'read from', write: 'wrote to', execute: 'jumped to' } as const;
const THROUGH = { read: 'read through', write: 'wrote through', execute: 'called a function through' } as const;

/** What the process did, as the end of 'it …'. */
export function placeWords(place: FaultPlace, { access = 'read', address = '' }: ProcessFault): string {
  switch (place.kind) {
    case 'null':
      return place.offset === 0n
        ? `it ${THROUGH[access]} a null pointer (address ${address})`
        : `it ${THROUGH[access]} a null pointer plus ${String(place.offset)} (address ${address})`;
    case 'stack':
      if (place.isThread) return 'a thread’s stack overflowed';
      return place.bytes === undefined
        ? 'its stack overflowed'
        : `its stack overflowed: ${formatBytes(place.bytes)} are in use, which is the limit`;
    case 'not-executable':
      return `it jumped to ${address}, which is not code but ${place.what}`;
    case 'read-only':
      return `it wrote to ${address}, in ${place.what}, which it may only read`;
    case 'forbidden':
      return `it ${VERBS[access]} ${address}, in ${place.what}, which it may not`;
    case 'beyond-file':
      return `it used memory mapped from ${place.path} beyond the file’s end (${place.sizeBytes === 0 ? 'it is empty now' : `it is ${formatBytes(place.sizeBytes)} long now`}: it became shorter while it was mapped)`;
    case 'no-space':
      return `${place.path} could not grow: its file system is full${place.capacityBytes === undefined ? '' : ` (${formatBytes(place.capacityBytes)})`}`;
    case 'unreadable-file':
      return `a page of ${place.path} could not be read from its disk`;
    case 'nowhere':
      return `it ${VERBS[access]} ${address}, where no memory is${place.near === undefined ? '' : `, ${place.near}`}`;
  }
}

/** Where it happened: `, in parse() at http.c:88, called from main()`. Empty where nobody knows. */
export function whereWords({ frames, process }: ProcessFault): string {
  const telling = tellingFrames(frames);
  const own = telling.findIndex(({ frame }) => isOwnCode(frame));
  const first = telling[0]?.frame;
  const mine = telling[own];
  if (mine === undefined) return first?.module === undefined ? '' : `, in ${framePlace(first)}`;
  const place = briefPlace(mine.frame, process) + (mine.count > 1 ? ', which calls itself' : '');
  // A library's function says what was done, a call into nowhere only where it came from.
  if (own > 0)
    return first?.module === undefined ? `, from ${place}` : `, in ${libraryPlace(first)}, called from ${place}`;
  const caller = telling[1]?.frame;
  return caller?.function === undefined || isLibrary(caller)
    ? `, in ${place}`
    : `, in ${place}, called from ${displayText(caller.function, CALLER_LIMIT)}()`;
}

/** Who called abort(); how the library goes about it is of no interest. */
export function whoAborted(fault: ProcessFault): string {
  const mine = ownFrame(fault);
  return mine === undefined ? '' : `, in ${briefPlace(mine.frame, fault.process)}`;
}

const CALLER_LIMIT = 60;

/** Without the program's name, which the sentence begins with. */
function briefPlace(frame: BacktraceFrame, process: ProcessRef): string {
  const isProgram = frame.module?.startsWith(process.exe ?? '\0') === true;
  const { module: _, ...rest } = frame;
  return isProgram && frame.function !== undefined ? framePlace(rest) : framePlace(frame);
}

/** Its line says nothing to whoever only calls it. */
function libraryPlace({ file: _file, line: _line, ...frame }: BacktraceFrame): string {
  return framePlace(frame);
}

/** How to learn the rest, where the binary has no names of its own. */
export function symbolAdvice(fault: ProcessFault): Advice | undefined {
  const frame = ownFrame(fault)?.frame;
  if (frame?.module === undefined || frame.offset === undefined || frame.line !== undefined) return undefined;
  const id = frame.buildId === undefined ? '' : ` (build id ${frame.buildId.slice(0, 12)})`;
  return {
    text:
      frame.function === undefined
        ? `The binary has no symbols. The same build with symbols${id} gives the function and the line:`
        : `The binary has no line numbers. The same build with debug information (-g)${id} gives the line:`,
    command: displayCommand(['addr2line', '-Cfie', frame.module, frame.offset]),
  };
}
