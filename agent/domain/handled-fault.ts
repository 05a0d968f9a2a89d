import type { BacktraceFrame, Evidence, EvidenceOf, ProcessFault, SignalSent } from './evidence.ts';
import { isKind } from './evidence.ts';
import { sameProcess } from './process.ts';
import { Signal } from './signals.ts';
import { US_PER_SECOND } from './time.ts';

const FAULTS: ReadonlySet<number> = new Set([Signal.SEGV, Signal.BUS, Signal.FPE, Signal.ILL, Signal.TRAP]);
const SI_KERNEL = 0x80;
/** A handler that cleans up or writes a trace, or calls somebody who does, ends the program within this time. */
export const RERAISE_US = 12 * US_PER_SECOND;

/** By kill(), sigqueue() or raise() of the process itself; codes above 0 are the kernel's. */
export function isSelfSent({ info, code, sender, target }: SignalSent): boolean {
  return info === 'struct' && code <= 0 && sameProcess(sender, target);
}

/** A fault that a handler of the program took: for some programs a crash, for a Java virtual machine every day's work. */
export function isHandledFault({
  data: { signal, code, info, disposition, result },
}: EvidenceOf<'signal_sent'>): boolean {
  return FAULTS.has(signal) && info === 'struct' && code > 0 && disposition === 'handler' && result === 'delivered';
}

/**
 * Where a program called abort() or raised a signal in its handler of a fault, that fault: proved by the signal's frame
 * in the backtrace and the kernel's own record of the fault, which must be about the same address. `undefined` for a
 * program that ended itself anywhere else.
 */
export function handledFault(
  { at, data }: EvidenceOf<'process_fault'>,
  signals: readonly EvidenceOf<'signal_sent'>[],
): { readonly signal: EvidenceOf<'signal_sent'>; readonly frame: number } | undefined {
  const taken = signals.filter(
    (sent) =>
      sameProcess(sent.data.target, data.process) &&
      sent.data.disposition === 'handler' &&
      sent.data.result === 'delivered' &&
      !isSelfSent(sent.data) &&
      sent.at <= at,
  );
  // Several threads may have crashed at once; before another signal's handler began, nothing counts.
  for (const signal of taken.toReversed()) {
    if (!isHandledFault(signal)) return undefined;
    const frame = data.frames.findLastIndex((one) => isOf(signal.data, one));
    if (frame >= 0) return { signal, frame };
  }
  return undefined;
}

function isOf({ code, faultAddress }: SignalSent, { address: instruction, interrupted }: BacktraceFrame): boolean {
  if (interrupted === undefined) return false;
  // A general protection fault is about no address that the kernel could give.
  if (code === SI_KERNEL || faultAddress === undefined) return true;
  return faultAddress === interrupted.address || faultAddress === instruction;
}

/** A process's fault as it was before a handler of the program took it; as it is where none did. */
export function beforeHandler(
  fault: EvidenceOf<'process_fault'>,
  signals: readonly EvidenceOf<'signal_sent'>[],
): EvidenceOf<'process_fault'> {
  const handled = handledFault(fault, signals);
  const at = handled === undefined ? undefined : fault.data.frames[handled.frame];
  if (handled === undefined || at?.interrupted === undefined) return fault;
  const { kind, process, isMain, stackLimitBytes, frames, truncated } = fault.data;
  const { signal, code, faultAddress } = handled.signal.data;
  const { stackPointer, access } = at.interrupted;
  const data: ProcessFault = {
    kind,
    process,
    isMain,
    signal,
    code,
    instruction: at.address,
    stackPointer,
    ...(faultAddress === undefined ? {} : { address: faultAddress }),
    ...(access === undefined || code === SI_KERNEL ? {} : { access }),
    ...(stackLimitBytes === undefined ? {} : { stackLimitBytes }),
    frames: frames.slice(handled.frame),
    truncated,
  };
  return { ...fault, data };
}

/** Whether the fault is one that `beforeHandler` found. */
export function wasHandled({ frames }: ProcessFault): boolean {
  return frames[0]?.interrupted !== undefined;
}

export function signalsSent(evidence: readonly Evidence[]): EvidenceOf<'signal_sent'>[] {
  return evidence.filter((item) => isKind(item, 'signal_sent'));
}
