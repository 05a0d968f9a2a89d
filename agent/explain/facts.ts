import type { ContainerIdentity } from '../domain/container.ts';
import type { Evidence, EvidenceGap, EvidenceKind, EvidenceOf, LogTail, SignalResult } from '../domain/evidence.ts';
import { isKind } from '../domain/evidence.ts';
import type { ExitStatus } from '../domain/exit-status.ts';
import { RERAISE_US, beforeHandler, handledFault, isSelfSent } from '../domain/handled-fault.ts';
import type { MemoryHistory } from '../domain/memory-parts.ts';
import type { ProcessRef } from '../domain/process.ts';
import { processName, sameProcess } from '../domain/process.ts';
import { Signal } from '../domain/signals.ts';
import { US_PER_SECOND } from '../domain/time.ts';
import type { EpochUs } from '../domain/time.ts';
import type { VitalsSample } from '../domain/vitals.ts';
import type { Case } from './case.ts';
import { findClue } from './log-patterns/find.ts';
import type { FoundClue } from './log-patterns/find.ts';
import { ProcessTable } from './process-table.ts';
import { isRuntimeInit } from './senders.ts';

/** One process whose end is to be explained: the main process, or a child that took it along. */
export interface Subject {
  readonly process: ProcessRef;
  readonly isMain: boolean;
  readonly status: ExitStatus;
  readonly at: EpochUs;
  /** Signals sent to it up to its end, oldest first. */
  readonly signals: readonly EvidenceOf<'signal_sent'>[];
  readonly oom: EvidenceOf<'oom_kill'> | undefined;
  /** The signal that ended it, where it was a signal and somebody saw it sent. */
  readonly fatal: EvidenceOf<'signal_sent'> | undefined;
  /** What it looked like when it ran into the fault that ended it. */
  readonly fault: EvidenceOf<'process_fault'> | undefined;
}

/** A case, sorted into what the rules ask for. */
export interface Facts {
  readonly case: Case;
  readonly container: ContainerIdentity;
  /** The main process as the kernel saw it. */
  readonly main: ProcessRef | undefined;
  /** The main process's end, from the kernel. */
  readonly subject: Subject | undefined;
  readonly mainExit: EvidenceOf<'process_exit'> | undefined;
  /** From the kernel, else from the runtime. */
  readonly status: ExitStatus | undefined;
  readonly diedAt: EpochUs;
  readonly startedAt: EpochUs | undefined;
  readonly ooms: readonly EvidenceOf<'oom_kill'>[];
  /** As they were before a handler of the program took them. */
  readonly faults: readonly EvidenceOf<'process_fault'>[];
  readonly kernelLogOoms: readonly EvidenceOf<'kernel_log_oom'>[];
  /** Programs of the container; not the runtime's own that prepared it. */
  readonly execs: readonly EvidenceOf<'process_exec'>[];
  /** Ends of other processes of the container, before or with the main one. */
  readonly childExits: readonly EvidenceOf<'process_exit'>[];
  readonly handled: readonly EvidenceOf<'signal_received'>[];
  readonly runtimeEvents: readonly EvidenceOf<'runtime_event'>[];
  /** Who spoke to the runtime, oldest first. */
  readonly requests: readonly EvidenceOf<'runtime_request'>[];
  readonly runtimeState: EvidenceOf<'runtime_state'> | undefined;
  readonly runtimeLost: EvidenceOf<'runtime_connection'> | undefined;
  /** What Kubernetes announced of its pod and of the container, oldest first. */
  readonly orchestratorEvents: readonly EvidenceOf<'orchestrator_event'>[];
  /** What Kubernetes keeps of its pod, as it changed, oldest first. Empty where nobody is joined to its API. */
  readonly orchestratorStates: readonly EvidenceOf<'orchestrator_state'>[];
  /** The last of them. */
  readonly orchestratorState: EvidenceOf<'orchestrator_state'> | undefined;
  /** The last that was heard of the connection to its API. */
  readonly orchestratorConnection: EvidenceOf<'orchestrator_connection'> | undefined;
  readonly gaps: readonly EvidenceOf<'evidence_gap'>[];
  /** Those, and those of details alone: who asked, and why, is no part of how it ended. */
  readonly allGaps: readonly EvidenceOf<'evidence_gap'>[];
  readonly logTail: LogTail | undefined;
  /** The line of it that says why, where one is recognised. */
  readonly clue: FoundClue | undefined;
  readonly vitals: readonly VitalsSample[];
  readonly processes: ProcessTable;
  readonly complete: boolean;
}

/** The main process's end may be stamped a little before the signal's record on another CPU. */
const CLOCK_SLACK_US = 200;

export function gatherFacts(input: Case): Facts {
  const evidence = input.evidence;
  const execs = ofKind(evidence, 'process_exec').filter((exec) => !isRuntimeInit(exec));
  const exits = ofKind(evidence, 'process_exit');
  const signals = ofKind(evidence, 'signal_sent');
  const ooms = ofKind(evidence, 'oom_kill');
  const faults = ofKind(evidence, 'process_fault').map((fault) => beforeHandler(fault, signals));
  const processes = new ProcessTable(execs);
  const mainExit = exits.findLast(({ data }) => data.isMain);
  const runtimeState = ofKind(evidence, 'runtime_state').at(-1);
  const runtimeEvents = ofKind(evidence, 'runtime_event');
  const main = mainProcess(mainExit, execs, processes);
  const subject = mainExit === undefined ? undefined : subjectOf(mainExit, signals, ooms, processes, faults);
  const allGaps = ofKind(evidence, 'evidence_gap');
  const gaps = allGaps.filter(({ data }) => !isOfDetailsOnly(data));
  const die = runtimeEvents.findLast(({ data }) => data.action === 'die');
  const logTail = ofKind(evidence, 'log_tail').at(-1)?.data;
  const diedAt = mainExit?.at ?? die?.at ?? finishedAt(input, runtimeState) ?? evidence.at(-1)?.at ?? input.openedAt;
  let clue: { readonly found: FoundClue | undefined } | undefined;
  return {
    case: input,
    container: input.container,
    main,
    subject,
    mainExit,
    status: mainExit?.data.status ?? runtimeStatus(runtimeState, die),
    diedAt,
    startedAt: main?.startedAt ?? runtimeState?.data.startedAt ?? input.container.startedAt,
    ooms,
    faults,
    kernelLogOoms: ofKind(evidence, 'kernel_log_oom'),
    execs,
    childExits: exits.filter(({ data, at }) => !data.isMain && at <= diedAt + CLOCK_SLACK_US),
    handled: ofKind(evidence, 'signal_received'),
    runtimeEvents,
    requests: ofKind(evidence, 'runtime_request'),
    runtimeState,
    runtimeLost: ofKind(evidence, 'runtime_connection').findLast(
      ({ data, source }) => data.state === 'lost' && isWordOf(source, input.container.runtime),
    ),
    orchestratorEvents: ofKind(evidence, 'orchestrator_event'),
    orchestratorStates: ofKind(evidence, 'orchestrator_state'),
    orchestratorState: ofKind(evidence, 'orchestrator_state').at(-1),
    orchestratorConnection: ofKind(evidence, 'orchestrator_connection').at(-1),
    gaps,
    allGaps,
    logTail,
    // Most deaths are explained without it, and it reads the whole log.
    get clue() {
      clue ??= { found: findClue(logTail, { diedAt, programs: namesOf(execs) }) };
      return clue.found;
    },
    vitals: input.vitals,
    processes,
    complete: input.seenFromStart && gaps.length === 0 && (mainExit !== undefined || execs.length === 0),
  };
}

function namesOf(execs: readonly EvidenceOf<'process_exec'>[]): ReadonlySet<string> {
  return new Set(execs.map(({ data }) => processName(data.process)));
}

/** Who asked, why Kubernetes did, whether a handler ran, where in the program it crashed: without them a verdict says less. */
const DETAILS: ReadonlySet<string> = new Set([
  'signal_received',
  'runtime_request',
  'process_fault',
  'orchestrator_event',
  'orchestrator_state',
]);

/** Losses that are counted by kind; of the others nobody knows what was in them. */
export const COUNTED: ReadonlySet<EvidenceGap['reason']> = new Set(['ring_full', 'rate_limited', 'recursion']);

export function isDetail(kind: string): boolean {
  return DETAILS.has(kind);
}

function isOfDetailsOnly({ reason, recordKinds }: EvidenceGap): boolean {
  return COUNTED.has(reason) && recordKinds.length > 0 && recordKinds.every(isDetail);
}

function mainProcess(
  exit: EvidenceOf<'process_exit'> | undefined,
  execs: readonly EvidenceOf<'process_exec'>[],
  processes: ProcessTable,
): ProcessRef | undefined {
  const process = exit?.data.process ?? execs.findLast(({ data }) => data.isMain)?.data.process;
  return process === undefined ? undefined : processes.enrich(process);
}

/** After a start that failed a runtime still tells when the run before it ended. */
function finishedAt({ openedAt }: Case, state: EvidenceOf<'runtime_state'> | undefined): EpochUs | undefined {
  const at = state?.data.finishedAt;
  return at !== undefined && at >= openedAt - US_PER_SECOND ? at : undefined;
}

/** What the figures about memory are taken from. */
export function memoryHistory({ container, case: { evidence }, vitals }: Facts): MemoryHistory {
  return { containerId: container.id, evidence, vitals };
}

export function ofKind<K extends EvidenceKind>(evidence: readonly Evidence[], kind: K): EvidenceOf<K>[] {
  return evidence.filter((item): item is EvidenceOf<K> => isKind(item, kind));
}

/** Puts one process's end together with the signals and the out-of-memory kill that concern it. */
export function subjectOf(
  exit: EvidenceOf<'process_exit'>,
  signals: readonly EvidenceOf<'signal_sent'>[],
  ooms: readonly EvidenceOf<'oom_kill'>[],
  processes: ProcessTable,
  faults: readonly EvidenceOf<'process_fault'>[] = [],
): Subject {
  const { process, status, isMain } = exit.data;
  const toIt = signals.filter(({ data, at }) => sameProcess(data.target, process) && at <= exit.at + CLOCK_SLACK_US);
  const fault = faults.findLast(({ data, at }) => sameProcess(data.process, process) && at <= exit.at + CLOCK_SLACK_US);
  return {
    process: processes.enrich(process),
    isMain,
    status,
    at: exit.at,
    signals: toIt,
    oom: ooms.find(({ data }) => sameProcess(data.victim, process)),
    fatal: status.kind === 'signaled' ? rootSignal(fatalSignal(status.signal, toIt), toIt, fault) : undefined,
    fault,
  };
}

/**
 * The signal that did it, among all that were sent. One that was ignored, that a handler took, that
 * found another one pending or no room in the queue, ended nothing, however recent it is.
 */
function fatalSignal(
  signal: number,
  signals: readonly EvidenceOf<'signal_sent'>[],
): EvidenceOf<'signal_sent'> | undefined {
  const same = signals.filter(({ data }) => data.signal === signal && ARRIVED.has(data.result));
  if (signal === Signal.KILL) return same[0];
  return same.find(({ data }) => data.disposition === 'default') ?? same.at(-1);
}

const ARRIVED: ReadonlySet<SignalResult> = new Set(['delivered', 'info_lost']);

/**
 * A handler that has done its part sends the signal to its own process again, now without a handler, or calls abort().
 * The root is the signal that the handler took: from somebody else, or a fault of the program.
 */
function rootSignal(
  fatal: EvidenceOf<'signal_sent'> | undefined,
  signals: readonly EvidenceOf<'signal_sent'>[],
  fault: EvidenceOf<'process_fault'> | undefined,
): EvidenceOf<'signal_sent'> | undefined {
  if (fatal === undefined) return undefined;
  const isSelf = isSelfSent(fatal.data);
  // What the C library forces where abort() was dropped is a fault, too.
  if (fault !== undefined && (isSelf || fatal.data.code > 0)) {
    const taken = handledFault(fault, signals);
    if (taken !== undefined) return taken.signal;
  }
  if (!isSelf) return fatal;
  const handled = signals.findLast(
    ({ data, at }) =>
      data.signal === fatal.data.signal &&
      data.disposition === 'handler' &&
      ARRIVED.has(data.result) &&
      !isSelfSent(data) &&
      at <= fatal.at &&
      fatal.at - at <= RERAISE_US,
  );
  return handled ?? fatal;
}

/** Several runtimes are watched side by side: that another one went away is none of this container's business. */
function isWordOf(source: Evidence['source'], runtime: ContainerIdentity['runtime']): boolean {
  switch (runtime) {
    case 'docker':
    case 'podman':
      return source === runtime;
    case 'containerd':
      return source === 'cri' || source === 'containerd';
    case 'cri-o':
      return source === 'cri';
    case 'unknown':
      return true;
  }
}

function runtimeStatus(
  state: EvidenceOf<'runtime_state'> | undefined,
  die: EvidenceOf<'runtime_event'> | undefined,
): ExitStatus | undefined {
  const code = state?.data.exitCode ?? die?.data.exitCode;
  return code === undefined || state?.data.running === true ? undefined : { kind: 'reported', code };
}
