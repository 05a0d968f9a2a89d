import type { EvidenceOf } from '../../domain/evidence.ts';
import { isHandledFault } from '../../domain/handled-fault.ts';
import { processName } from '../../domain/process.ts';
import { signalName } from '../../domain/signals.ts';
import { US_PER_SECOND, formatDuration } from '../../domain/time.ts';
import type { Subject } from '../facts.ts';
import { bySignal } from './crash.ts';

const AT_ONCE_US = US_PER_SECOND;

/**
 * They find null references by faults, and a Java virtual machine tries out whether it can when it starts. A name is
 * the container's own choice: it only decides on what is not worth a word.
 */
const LIVE_WITH_FAULTS: ReadonlySet<string> = new Set([
  'java',
  'javac',
  'jshell',
  'jsvc',
  'mono',
  'mono-sgen',
  'dotnet',
]);

/**
 * The one fault of the process that a handler of it took. A program for which such faults are every day's work, as for
 * a language runtime, has had more: there one says nothing.
 */
export function onlyFault({ signals, at }: Subject, withinUs: number): EvidenceOf<'signal_sent'> | undefined {
  const [only, ...more] = signals.filter(isHandledFault);
  return only === undefined || more.length > 0 || at - only.at > withinUs ? undefined : only;
}

/** `, 2 ms after it used a null pointer (address 0x0), which its handler for SIGSEGV took`; empty where nothing like it was. */
export function justAfterFault(subject: Subject): string {
  const { process } = subject;
  if (LIVE_WITH_FAULTS.has(processName(process)) || LIVE_WITH_FAULTS.has(process.exe ?? '')) return '';
  const fault = onlyFault(subject, AT_ONCE_US);
  if (fault === undefined) return '';
  return `, ${formatDuration(subject.at - fault.at)} after ${bySignal(fault)}, which its handler for ${signalName(fault.data.signal)} took`;
}
