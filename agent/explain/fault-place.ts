import { formatBytes } from '../domain/bytes.ts';
import { displayText } from '../domain/display.ts';
import type { FaultMapping, ProcessFault } from '../domain/evidence.ts';
import { wasHandled } from '../domain/handled-fault.ts';
import { Signal } from '../domain/signals.ts';

/** What the address was that a process must not have used. */
export type FaultPlace =
  | { readonly kind: 'null'; readonly offset: bigint }
  | { readonly kind: 'stack'; readonly bytes: number | undefined; readonly isThread: boolean }
  | { readonly kind: 'not-executable'; readonly what: string }
  | { readonly kind: 'read-only'; readonly what: string }
  | { readonly kind: 'forbidden'; readonly what: string }
  | { readonly kind: 'beyond-file'; readonly path: string; readonly sizeBytes: number }
  | { readonly kind: 'no-space'; readonly path: string; readonly capacityBytes: number | undefined }
  | { readonly kind: 'unreadable-file'; readonly path: string }
  | { readonly kind: 'nowhere'; readonly near: string | undefined };

const BUS_ADRERR = 2;
const SEGV_ACCERR = 2;
/** The kernel never maps the first pages (vm.mmap_min_addr). */
const NULL_PAGE_END = 0x10000n;
/** A function that needs more stack than this at once is rare: the address is near the stack pointer. */
const STACK_REACH = 0x40000n;
/** The gap that the kernel keeps below a stack, and room for what it counts besides. */
const STACK_SLACK = 0x200000n;
/** A little past the end of something: an index that is too large. */
const NEAR = 0x10000n;
const PAGE = 4_096n;

/** Decides from the memory map alone; `undefined` where the fault is about no address. */
export function placeOfFault(fault: ProcessFault): FaultPlace | undefined {
  if (fault.address === undefined || (fault.signal !== Signal.SEGV && fault.signal !== Signal.BUS)) return undefined;
  const address = BigInt(fault.address);
  if (fault.signal === Signal.BUS) return fault.code === BUS_ADRERR ? behindFile(fault, address) : undefined;
  if (wasHandled(fault)) {
    const stack = overflowBeforeHandler(fault, address);
    if (stack !== undefined) return stack;
  }
  // A general protection fault names no address: 0 stands for nothing.
  if (fault.access === undefined) return undefined;
  if (address < NULL_PAGE_END) return { kind: 'null', offset: address };
  const stack = stackOverflow(fault, address);
  if (stack !== undefined) return stack;
  const within = fault.addressIn;
  if (within === undefined) {
    // Of a fault that a handler took nobody looked at the mappings then.
    return fault.code === SEGV_ACCERR ? undefined : { kind: 'nowhere', near: neighbour(fault, address) };
  }
  if (fault.access === 'execute' && !within.access.includes('x'))
    return { kind: 'not-executable', what: whatIs(within, fault) };
  if (fault.access === 'write' && !within.access.includes('w'))
    return { kind: 'read-only', what: whatIs(within, fault) };
  return { kind: 'forbidden', what: whatIs(within, fault) };
}

/** The access fell below the stack of the first thread, or on the guard page of another thread's. */
function stackOverflow(fault: ProcessFault, address: bigint): FaultPlace | undefined {
  const pointer = BigInt(fault.stackPointer);
  const distance = pointer > address ? pointer - address : address - pointer;
  if (distance > STACK_REACH) return undefined;
  const { above, addressIn, stackLimitBytes } = fault;
  if (addressIn === undefined && above?.growsDown === true && stackLimitBytes !== undefined) {
    const bytes = BigInt(above.end) - BigInt(above.start);
    const isFull = bytes + STACK_SLACK + (BigInt(above.start) - address) >= BigInt(stackLimitBytes);
    return isFull ? { kind: 'stack', bytes: Number(bytes), isThread: false } : undefined;
  }
  return addressIn?.access === '---p' && addressIn.file === undefined
    ? { kind: 'stack', bytes: undefined, isThread: true }
    : undefined;
}

/**
 * Nobody looked at the mappings before the handler ran. But where a program uses its stack, just below its pointer or
 * in the page above it, there is memory, unless the stack is full: nothing for the first thread, a page that forbids
 * everything for the others.
 */
function overflowBeforeHandler({ code, stackPointer }: ProcessFault, address: bigint): FaultPlace | undefined {
  const pointer = BigInt(stackPointer);
  if (code <= 0 || code > SEGV_ACCERR || address < pointer - STACK_REACH || address >= pointer + PAGE) return undefined;
  return { kind: 'stack', bytes: undefined, isThread: code === SEGV_ACCERR };
}

function behindFile({ addressIn }: ProcessFault, address: bigint): FaultPlace | undefined {
  const file = addressIn?.file;
  if (addressIn === undefined || file === undefined) return undefined;
  const path = displayText(file.path ?? 'a file', 120);
  const offset = BigInt(file.offset) + (address - BigInt(addressIn.start));
  // The last page is there as a whole.
  const pages = ((BigInt(file.sizeBytes) + PAGE - 1n) / PAGE) * PAGE;
  if (offset >= pages) return { kind: 'beyond-file', path, sizeBytes: file.sizeBytes };
  if (file.isTmpfs) return { kind: 'no-space', path, capacityBytes: file.fileSystemBytes };
  return { kind: 'unreadable-file', path };
}

function neighbour({ below }: ProcessFault, address: bigint): string | undefined {
  if (below === undefined) return undefined;
  const past = address - BigInt(below.end);
  return past < NEAR ? `${formatBytes(Number(past))} past the end of ${mappingName(below)}` : undefined;
}

function whatIs(mapping: FaultMapping, { stackPointer }: ProcessFault): string {
  const pointer = BigInt(stackPointer);
  if (pointer >= BigInt(mapping.start) && pointer < BigInt(mapping.end)) return 'the stack';
  return mappingName(mapping);
}

function mappingName({ file, access, growsDown }: FaultMapping): string {
  if (growsDown) return 'the stack';
  if (file === undefined) return access.includes('x') ? 'code made at run time' : 'memory of its own';
  // From the file's beginning on: a linker that keeps constants apart has the file's headers with them, not with code.
  const code = file.offset === 0 ? 'the code or the constants' : 'the code';
  const kind = access.includes('x') ? code : access.includes('w') ? 'the data' : 'the constants';
  return `${kind} of ${displayText(file.path ?? 'a file', 80)}`;
}
