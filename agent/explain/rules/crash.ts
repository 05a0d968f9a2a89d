import type { CauseId } from '../../domain/causes.ts';
import type { Advice } from '../../domain/death.ts';
import type { EvidenceOf, ProcessFault, SignalSent, TrapInstruction } from '../../domain/evidence.ts';
import { isStart } from '../../domain/backtrace.ts';
import { RERAISE_US, isHandledFault, isSelfSent, wasHandled } from '../../domain/handled-fault.ts';
import { Signal, signalName } from '../../domain/signals.ts';
import { US_PER_SECOND, formatDuration } from '../../domain/time.ts';
import type { Facts, Subject } from '../facts.ts';
import type { FaultPlace } from '../fault-place.ts';
import { placeOfFault } from '../fault-place.ts';
import { placeWords, symbolAdvice, whereWords, whoAborted } from '../fault-words.ts';
import type { Absence, Finding, Rule, SignalRule } from '../finding.ts';
import { itself } from '../finding.ts';
import { clueAdvice, clueOf } from '../log-clues.ts';
import { subjectName } from '../words.ts';

const SI_KERNEL = 0x80;
const SI_TKILL = -6;
const SEGV_MAPERR = 1;
const SEGV_ACCERR = 2;
const BUS_ADRALN = 1;
const BUS_ADRERR = 2;
const FPE_INTDIV = 1;
/** The kernel never maps the first pages (vm.mmap_min_addr): an access there is a null pointer plus an offset. */
const NULL_PAGE_END = 0x10000n;

const CAUSE_OF: ReadonlyMap<number, CauseId> = new Map([
  [Signal.SEGV, 'crash.segfault'],
  [Signal.BUS, 'crash.bus'],
  [Signal.FPE, 'crash.fpe'],
  [Signal.ILL, 'crash.illegal'],
  [Signal.TRAP, 'crash.trap'],
] as const);

export function causeOfFault({ data }: EvidenceOf<'signal_sent'>): CauseId | undefined {
  return CAUSE_OF.get(data.signal);
}

/** The processor or the kernel found fault with what the program did: si_code above 0, never a kill(). */
export const crash: SignalRule = (facts, subject) => {
  const fatal = subject.fatal;
  if (fatal?.data.info !== 'struct' || fatal.data.code <= 0) return undefined;
  const cause = CAUSE_OF.get(fatal.data.signal);
  if (cause === undefined) return undefined;
  const abort = failedAbort(subject, fatal);
  if (abort !== undefined) return { ...aborted(facts, subject, fatal), notes: [abort] };
  const fault = subject.fault?.data;
  const place = fault === undefined ? undefined : placeOfFault(fault);
  const handled = fault !== undefined && wasHandled(fault);
  return {
    cause,
    certainty: 'certain',
    headline: `${subjectName(subject)} crashed with ${signalName(fatal.data.signal)}: ${whatHappened(fatal, fault, place)}${handled ? endByHandler(subject, fatal) : ''}.`,
    actor: itself(subject),
    subject,
    advice: [
      ...(fault?.trapInstruction === undefined ? crashAdvice(cause, fatal, place) : [TRAPPED]),
      ...furtherAdvice(fault, fatal),
    ],
    ...(handled ? clueOf(facts) : {}),
    reliesOnAbsence: [
      // A fault takes the protection of an init away before it is recorded: only the pid still tells.
      ...(fatal.data.target.nsPid === 1 ? noAbortBefore(fatal) : []),
      // The handler of another signal would have nothing to do with it.
      ...(handled ? [{ of: ['signal_sent'] as const, since: fatal.at }] : []),
    ],
  };
};

/** The status is the handler's doing. */
function endByHandler({ status }: Subject, { data }: EvidenceOf<'signal_sent'>): string {
  if (status.kind !== 'signaled' || status.signal === data.signal) return '';
  const end = status.signal === Signal.ABRT ? 'aborted it (SIGABRT)' : `had it ended with ${signalName(status.signal)}`;
  return `; its handler for ${signalName(data.signal)} then ${end}`;
}

/** abort(): the process sends itself SIGABRT by tgkill(); a `kill -ABRT $$` goes by kill(). */
export const abort: SignalRule = (facts, subject) => {
  const fatal = subject.fatal;
  if (fatal?.data.signal !== Signal.ABRT || fatal.data.code !== SI_TKILL || !isSelfSent(fatal.data)) return undefined;
  return aborted(facts, subject, fatal);
};

/** With which a C library ends a program whose abort() nothing else could end. */
const ABORT_EXIT_CODE = 127;

/**
 * abort() in PID 1, where the kernel drops the SIGABRT, of a program whose handler takes the forced fault as well, as
 * that of a Java virtual machine does: the C library is left with an exit, of all things with the code of a command
 * that was not found.
 */
export const abortExit: Rule = (facts) => {
  const { subject } = facts;
  if (subject?.status.kind !== 'exited' || subject.status.code !== ABORT_EXIT_CODE) return undefined;
  const { at, signals } = subject;
  const dropped = signals.findLast(
    ({ data, at: sentAt }) => isDroppedAbort(data) && data.code === SI_TKILL && at - sentAt < ABORT_EXIT_US,
  );
  if (dropped === undefined || !signals.some((sent) => isHandledFault(sent) && sent.at >= dropped.at)) return undefined;
  const finding = aborted(facts, subject, dropped);
  return { ...finding, notes: [ABORT_EXIT, ...(finding.notes ?? [])] };
};

/** The handler may write a report before it lets the program go on. */
const ABORT_EXIT_US = US_PER_SECOND;
const ABORT_EXIT =
  'The exit code is 127 because the kernel drops SIGABRT for PID 1, and a handler of the program took the fault that the C library then forces; it ends the program with 127 as its last resort. No command is missing. With an init as PID 1 (docker run --init) the code is 134.';

function aborted(facts: Facts, subject: Subject, fatal: EvidenceOf<'signal_sent'>): Finding {
  const words = facts.clue?.clue.line;
  const before = faultBefore(subject, fatal);
  return {
    cause: 'crash.abort',
    certainty: before === undefined ? 'certain' : 'likely',
    headline: abortHeadline(subject, words),
    actor: itself(subject),
    subject,
    advice: [
      ...(facts.clue === undefined ? ABORTED : clueAdvice(facts)),
      ...given(subject.fault === undefined ? undefined : symbolAdvice(subject.fault.data)),
    ],
    ...clueOf(facts),
    ...(before === undefined ? {} : { notes: [before] }),
    // A log that tells of a full heap would make that the root; so would a fault whose handler called abort().
    reliesOnAbsence: [
      { of: ['log_tail'], since: fatal.at },
      ...(isOutsideHandlers(subject) ? [] : [{ of: ['signal_sent'] as const, since: fatal.at - RERAISE_US }]),
    ],
  };
}

/** The backtrace goes from abort() to where the thread began, and no signal came on the way. */
function isOutsideHandlers({ fault }: Subject): boolean {
  const frames = fault?.data.frames ?? [];
  return frames.some(isStart) && !frames.some(({ interrupted }) => interrupted !== undefined);
}

/** Without a backtrace nobody knows whether it was the handler of a fault that called abort(). */
function faultBefore(subject: Subject, { at }: EvidenceOf<'signal_sent'>): string | undefined {
  if (isOutsideHandlers(subject)) return undefined;
  const handled = subject.signals.filter(
    ({ data, at: sentAt }) =>
      data.disposition === 'handler' && !isSelfSent(data) && sentAt <= at && at - sentAt <= RERAISE_US,
  );
  const taken = handled.at(-1);
  if (taken === undefined || !isHandledFault(taken)) return undefined;
  const name = signalName(taken.data.signal);
  const when = formatDuration(at - taken.at);
  // Which of several began it nobody knows: a handler that writes a report reads memory that may not be there.
  const what =
    handled.length > 1
      ? `its handler for ${name} took a fault`
      : `${bySignal(taken)}, and its handler for ${name} took that`;
  return `${when} before, ${what}. If it was this handler which called abort(), the fault is the reason; the backtrace that would show it is missing.`;
}

const ABORTED: readonly Advice[] = [
  {
    text: 'The program called abort(): a failed assertion, an uncaught exception or a damaged heap. Its last lines on standard error usually name the place.',
  },
];

/** The log's own words say best what was wrong; where it was is said after them. */
function abortHeadline(subject: Subject, clue: string | undefined): string {
  const where = subject.fault === undefined ? '' : whoAborted(subject.fault.data);
  if (clue === undefined) return `${subjectName(subject)} aborted itself (SIGABRT)${where}.`;
  return `${subjectName(subject)} aborted itself${where}: ${clue}`;
}

/**
 * In a container's PID 1 the kernel drops the SIGABRT of abort(), because an init without a handler
 * cannot be ended from inside. The C library then forces a fault, so the exit status says SIGSEGV
 * although the program aborted.
 */
function failedAbort(subject: Subject, fault: EvidenceOf<'signal_sent'>): string | undefined {
  const dropped = subject.signals.some(
    ({ data, at }) => isDroppedAbort(data) && at <= fault.at && fault.at - at < ABORT_WINDOW_US,
  );
  return dropped
    ? `The status is ${signalName(fault.data.signal)} and not SIGABRT because the kernel drops SIGABRT for PID 1; the C library then forces a fault to end the program.`
    : undefined;
}

function isDroppedAbort(sent: SignalSent): boolean {
  return sent.signal === Signal.ABRT && sent.result === 'ignored' && isSelfSent(sent);
}

function noAbortBefore({ at }: EvidenceOf<'signal_sent'>): Absence[] {
  return [{ of: ['signal_sent', 'log_tail'], since: at - ABORT_WINDOW_US }];
}

/** Between the dropped SIGABRT and the forced fault lie a few instructions. */
const ABORT_WINDOW_US = 100_000;

function whatHappened(
  fatal: EvidenceOf<'signal_sent'>,
  fault: ProcessFault | undefined,
  place: FaultPlace | undefined,
): string {
  if (fault === undefined) return bySignal(fatal);
  const what = place === undefined ? (byTrap(fault) ?? bySignal(fatal)) : placeWords(place, fault);
  return `${what}${whereWords(fault)}`;
}

const BREAKPOINTS: ReadonlySet<TrapInstruction> = new Set(['int3', 'brk #0', 'brk #0xf000']);

/** What stands there is certain; why the program came to it is not. */
function byTrap({ trapInstruction }: ProcessFault): string | undefined {
  if (trapInstruction === undefined) return undefined;
  const what = BREAKPOINTS.has(trapInstruction) ? 'a breakpoint' : 'a trap';
  return `it ran into ${what} (instruction ${trapInstruction}), as programs have where a check fails`;
}

/** What the kernel said of a fault, as a sentence: `it used a null pointer (address 0x0)`. */
export function bySignal({ data }: EvidenceOf<'signal_sent'>): string {
  const address = data.faultAddress;
  switch (data.signal) {
    case Signal.SEGV:
      return segfault(data.code, address);
    case Signal.BUS:
      return bus(data.code, address);
    case Signal.FPE:
      return data.code === FPE_INTDIV ? 'it divided an integer by zero' : 'an arithmetic operation failed';
    case Signal.ILL:
      return `it ran an instruction that this processor does not have${at(address)}`;
    default:
      return 'it ran into a breakpoint or trap that nobody handled';
  }
}

function segfault(code: number, address: string | undefined): string {
  if (code === SI_KERNEL) return 'it ran a forbidden instruction or used an address that cannot exist';
  if (address !== undefined && BigInt(address) < NULL_PAGE_END) return `it used a null pointer (address ${address})`;
  if (code === SEGV_ACCERR) return `it had no permission for the memory${at(address)}`;
  return code === SEGV_MAPERR ? `there is no memory${at(address)}` : `it used memory it may not use${at(address)}`;
}

function bus(code: number, address: string | undefined): string {
  if (code === BUS_ADRALN) return `the address was not aligned${at(address)}`;
  if (code === BUS_ADRERR)
    return `nothing stands behind the mapped memory${at(address)} (a file that became shorter, or a full /dev/shm)`;
  return `the memory could not be read or written${at(address)}`;
}

function at(address: string | undefined): string {
  return address === undefined ? '' : ` at ${address}`;
}

function given(advice: Advice | undefined): Advice[] {
  return advice === undefined ? [] : [advice];
}

/** Without a backtrace a core file is the way to have one. */
function furtherAdvice(fault: ProcessFault | undefined, { data }: EvidenceOf<'signal_sent'>): Advice[] {
  if (fault !== undefined && fault.frames.length > 0) return given(symbolAdvice(fault));
  return data.signal === Signal.SEGV || data.signal === Signal.TRAP
    ? [{ text: 'A core dump shows the line.', command: 'docker run --ulimit core=-1 …' }]
    : [];
}

const SHM_FACTOR = 4;

export function crashAdvice(
  cause: CauseId,
  { data }: EvidenceOf<'signal_sent'>,
  place: FaultPlace | undefined,
): Advice[] {
  if (place !== undefined && place.kind !== 'null') return placeAdvice(place);
  switch (cause) {
    case 'crash.bus':
      return [
        {
          text: 'If the program uses /dev/shm (databases, browsers, machine learning), enlarge it; Docker’s default is 64 MiB.',
          command: 'docker run --shm-size 256m …',
        },
        { text: 'If it maps files into memory, something truncated one of them while it was in use.' },
      ];
    case 'crash.illegal':
      return [
        {
          text: 'The program was built for a newer processor, or it jumped into data. Build for the processor of this machine (for example -march=x86-64-v2).',
        },
      ];
    case 'crash.fpe':
      return [{ text: 'Find the division whose divisor can be zero.' }];
    default:
      return [faultOfProgram(data.faultAddress)];
  }
}

const TRAPPED: Advice = {
  text: 'Compilers and libraries put such an instruction where a program must stop: a failed assertion, an overflow, code that was thought to be out of reach. Look at the function that is named, and at the last lines on standard error.',
};

function faultOfProgram(address: string | undefined): Advice {
  return {
    text: `This is a fault in the program or in a native library that it loads${address === undefined ? '' : ` (address ${address})`}; memory limits and other containers have no part in it.`,
  };
}

function placeAdvice(place: FaultPlace): Advice[] {
  switch (place.kind) {
    case 'stack':
      return [
        {
          text: place.isThread
            ? 'Look for a recursion without an end, or large arrays in local variables. Where the depth is needed, give the thread a larger stack (pthread_attr_setstacksize, or the runtime’s own setting).'
            : 'Look for a recursion without an end, or large arrays in local variables. Where the depth is needed, raise the limit:',
          ...(place.isThread ? {} : { command: 'docker run --ulimit stack=67108864 …' }),
        },
      ];
    case 'no-space': {
      const bytes = place.capacityBytes;
      const isShm = place.path.startsWith('/dev/shm/');
      const command = shmCommand(bytes);
      return [
        isShm
          ? {
              text: 'Enlarge /dev/shm (databases, browsers and machine learning need it); Docker’s default is 64 MiB.',
              command,
            }
          : { text: `Enlarge the tmpfs that holds ${place.path}, or write less to it.` },
      ];
    }
    case 'beyond-file':
      return [
        {
          text: `Find who truncates ${place.path} while it is in use: replace such a file by writing a new one and renaming it.`,
        },
      ];
    case 'unreadable-file':
      return [{ text: 'Look into the kernel’s log for errors of the disk or of the network file system.' }];
    default:
      return [faultOfProgram(undefined)];
  }
}

const MIB = 1_048_576;

function shmCommand(bytes: number | undefined): string {
  const mib = Math.max(256, Math.ceil(((bytes ?? 0) * SHM_FACTOR) / MIB));
  return `docker run --shm-size ${String(mib)}m …`;
}
