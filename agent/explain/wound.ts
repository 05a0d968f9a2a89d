import type { CauseId } from '../domain/causes.ts';
import type { Certainty, DeathEvidence, Verdict } from '../domain/death.ts';
import type { Evidence, EvidenceOf } from '../domain/evidence.ts';
import type { ProcessRef } from '../domain/process.ts';
import { sameProcess } from '../domain/process.ts';
import { Signal } from '../domain/signals.ts';
import { US_PER_SECOND } from '../domain/time.ts';
import type { Case } from './case.ts';
import type { Facts, Subject } from './facts.ts';
import { gatherFacts, ofKind, subjectOf } from './facts.ts';
import type { Finding } from './finding.ts';
import { isBlindTo } from './blind-spots.ts';
import { inOwnWords } from './own-words.ts';
import { present } from './present.ts';
import { ruleOut } from './ruled-out.ts';
import { SIGNAL_RULES } from './rules/index.ts';
import { signatureOf } from './signature.ts';

export type ChildExit = EvidenceOf<'process_exit'>;

/** What is to be said of a process that was hit while its container lived on. */
export interface WoundAccount {
  readonly exit: ChildExit;
  readonly facts: Facts;
  /** The headline is that of the hit alone: how the container goes on is added where that is known. */
  readonly verdict: Verdict;
  readonly evidence: readonly DeathEvidence[];
  readonly signature: string;
}

/** With which a program ends that is broken, whoever may have sent it. */
const CRASH_SIGNALS: ReadonlySet<number> = new Set([
  Signal.SEGV,
  Signal.BUS,
  Signal.ABRT,
  Signal.FPE,
  Signal.ILL,
  Signal.SYS,
  Signal.TRAP,
]);

/** Broken, or ended from outside of its container. */
const WOUNDS: ReadonlySet<CauseId> = new Set<CauseId>([
  'oom.container',
  'oom.ancestor',
  'oom.host',
  'oom.userspace',
  'oom.runtime',
  'crash.segfault',
  'crash.bus',
  'crash.abort',
  'crash.fpe',
  'crash.illegal',
  'crash.trap',
  'crash.seccomp',
  'limit.cpu',
  'limit.file-size',
  'kill.host',
  'kill.container',
]);

/** Of these only the crash signals count: a process that ends itself or another by SIGTERM or SIGKILL does its work. */
const ONLY_CRASHES: ReadonlySet<CauseId> = new Set<CauseId>(['kill.self', 'unknown']);

/** Whether a process ended in a way that can be a wound. Most ends are none: this is asked for each. */
export function mayBeWound({ data }: ChildExit): boolean {
  return !data.isMain && data.status.kind === 'signaled' && data.status.signal !== Signal.PIPE;
}

/** Whether a piece of evidence is about the end of this one process. */
export function isAboutEnd({ data }: Evidence, process: ProcessRef): boolean {
  switch (data.kind) {
    case 'signal_sent':
      return sameProcess(data.target, process);
    case 'oom_kill':
      return sameProcess(data.victim, process);
    case 'process_exec':
    case 'process_fault':
      return sameProcess(data.process, process);
    case 'kernel_log_oom':
      return data.victimPid === process.pid;
    case 'kernel_log_fault':
      return data.pid === process.pid;
    default:
      return false;
  }
}

/** Whether a backtrace may come of it. */
export function isCrash({ data: { status } }: ChildExit): boolean {
  return status.kind === 'signaled' && CRASH_SIGNALS.has(status.signal);
}

/**
 * Judges the end of a process that is not the main one, by the same rules as a death. `undefined` for
 * what is no wound: supervisors stop workers all day, and runtimes their health checks.
 */
export function judgeWound(input: Case, exit: ChildExit): WoundAccount | undefined {
  const gathered = gatherFacts(input);
  const signals = ofKind(input.evidence, 'signal_sent');
  const subject = subjectOf(exit, signals, gathered.ooms, gathered.processes, gathered.faults);
  // The rules see the process in the place of the one that died.
  const facts: Facts = { ...gathered, subject, status: subject.status, diedAt: exit.at };
  const finding = firstFinding(facts, subject);
  if (finding === undefined || !isWound(finding, subject)) return undefined;
  const verdict = verdictOf(facts, finding, subject);
  return {
    exit,
    facts,
    verdict,
    evidence: present(
      input.evidence.filter((evidence) => concerns(evidence, exit)),
      facts,
    ),
    signature: signatureOf(facts, verdict),
  };
}

function firstFinding(facts: Facts, subject: Subject): Finding | undefined {
  for (const rule of SIGNAL_RULES) {
    const finding = rule(facts, subject);
    if (finding !== undefined) return finding;
  }
  return undefined;
}

function isWound({ cause }: Finding, { status }: Subject): boolean {
  if (WOUNDS.has(cause)) return true;
  return ONLY_CRASHES.has(cause) && status.kind === 'signaled' && CRASH_SIGNALS.has(status.signal);
}

function verdictOf(facts: Facts, finding: Finding, subject: Subject): Verdict {
  const session = sessionNote(facts, subject);
  return {
    cause: finding.cause,
    headline: finding.headline,
    certainty: certaintyOf(facts, finding),
    actor: finding.actor,
    victim: { process: (finding.subject ?? subject).process, isMain: false },
    ruledOut: ruleOut(facts, finding),
    advice: inOwnWords(session === undefined ? [...finding.advice, LOOK_AFTER] : finding.advice, facts.container),
    notes: [...(finding.notes ?? []), ...(session === undefined ? [] : [session])],
    ...(finding.logClue === undefined ? {} : { logClue: finding.logClue }),
    complete: facts.gaps.every(({ at }) => at < subject.at - GAP_MATTERS_US),
  };
}

/** A loss this long before tells nothing of this end. */
const GAP_MATTERS_US = 10 * US_PER_SECOND;

const LOOK_AFTER = {
  text: 'Nothing restarts the container for this. See to it that its main process notices and starts the process again, or ends so that the restart policy can act.',
};

function certaintyOf(facts: Facts, finding: Finding): Certainty {
  if (finding.certainty !== 'certain') return finding.certainty;
  return finding.reliesOnAbsence?.some((absence) => isBlindTo(facts, absence)) === true ? 'likely' : 'certain';
}

/** The runtime tells of the end of a session a moment after the kernel. */
const SESSION_END_US = 3 * US_PER_SECOND;

function sessionNote(facts: Facts, subject: Subject): string | undefined {
  const ended = facts.runtimeEvents.some(
    ({ at, data }) =>
      data.action === 'exec_die' &&
      at >= subject.at &&
      at - subject.at <= SESSION_END_US &&
      subject.status.kind === 'signaled' &&
      data.exitCode === 128 + subject.status.signal,
  );
  return ended
    ? 'It ran in a session of its own (docker exec, or a health check), not as a part of the container’s own work.'
    : undefined;
}

/** What of a container's life belongs to this end. */
function concerns(evidence: Evidence, exit: ChildExit): boolean {
  const { at, data } = evidence;
  const { process } = exit.data;
  const near = Math.abs(at - exit.at) <= GAP_MATTERS_US;
  switch (data.kind) {
    case 'process_exec':
      return data.isMain || sameProcess(data.process, process);
    case 'process_exit':
    case 'signal_received':
      return sameProcess(data.process, process);
    case 'process_fault':
    case 'signal_sent':
    case 'kernel_log_oom':
    case 'kernel_log_fault':
      return isAboutEnd(evidence, process);
    case 'oom_kill':
      return sameProcess(data.victim, process) || (near && isSameEvent(at, exit.at));
    case 'runtime_event':
      return near && (data.action === 'oom' || data.action === 'exec_die' || data.action === 'exec_start');
    case 'container_created':
    case 'container_removed':
    case 'runtime_state':
    case 'runtime_connection':
    case 'orchestrator_event':
    case 'orchestrator_state':
    case 'orchestrator_connection':
      return false;
    default:
      return near;
  }
}

/** Kills of one event (memory.oom.group) follow one another this closely. */
function isSameEvent(a: number, b: number): boolean {
  return Math.abs(a - b) <= 50_000;
}
