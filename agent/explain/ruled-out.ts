import { formatBytes } from '../domain/bytes.ts';
import { causeFamily } from '../domain/causes.ts';
import type { RuledOut } from '../domain/death.ts';
import { toExitCode } from '../domain/exit-status.ts';
import { SIGRTMAX, Signal, signalName } from '../domain/signals.ts';
import type { Facts } from './facts.ts';
import type { Finding } from './finding.ts';
import { isCleanUp, placeOf } from './senders.ts';

/** What the death looks like but is not. Only said where the records that would show it were there to be seen. */
export function ruleOut(facts: Facts, finding: Finding): RuledOut[] {
  if (finding.cause === 'unknown' || facts.subject === undefined) return [];
  return SUSPICIONS.flatMap((suspicion) => suspicion(facts, finding) ?? []);
}

type Suspicion = (facts: Facts, finding: Finding) => RuledOut | undefined;

/** A shell reports 128 + signal for what a signal ended. */
const SIGNAL_BASE = 128;
const KILL_CODE = SIGNAL_BASE + Signal.KILL;

/** Everybody reads 137 as 'out of memory'. */
const notOom: Suspicion = (facts, { cause }) => {
  const isKernels = causeFamily(cause) === 'oom' && cause !== 'oom.userspace';
  if (isKernels || facts.status === undefined || facts.gaps.length > 0) return undefined;
  const runtimeSaysOom = facts.runtimeState?.data.oomKilled === true;
  if (toExitCode(facts.status) !== KILL_CODE && !runtimeSaysOom) return undefined;
  if (facts.ooms.length > 0) return undefined;
  return {
    cause: 'oom.container',
    why: `the kernel’s out-of-memory killer chose no process of this container${memoryPhrase(facts)}`,
  };
};

function memoryPhrase(facts: Facts): string {
  const memory = facts.mainExit?.data.memory;
  if (memory === undefined) return '';
  const peak = memory.peakBytes ?? memory.usageBytes;
  return memory.limitBytes === undefined
    ? `; it used at most ${formatBytes(peak)} and has no memory limit`
    : `; it used at most ${formatBytes(peak)} of its limit of ${formatBytes(memory.limitBytes)}`;
}

const notHostOom: Suspicion = (_facts, { cause }) =>
  cause === 'oom.container' || cause === 'oom.ancestor'
    ? {
        cause: 'oom.host',
        why: 'a limit was reached, not the end of the machine’s memory: more memory in the machine would change nothing',
      }
    : undefined;

const notKillByPerson: Suspicion = (_facts, { cause }) =>
  causeFamily(cause) === 'oom' && cause !== 'oom.userspace' && cause !== 'oom.runtime'
    ? { cause: 'kill.host', why: 'the SIGKILL came from the kernel’s out-of-memory killer, not from a process' }
    : undefined;

const notOwnLimit: Suspicion = (_facts, { cause }) =>
  cause === 'oom.ancestor' || cause === 'oom.host'
    ? { cause: 'oom.container', why: 'the container’s own memory limit was not reached' }
    : undefined;

/** `exit(137)` looks like a kill to everybody who sees only the number. */
const notKilled: Suspicion = (facts, { cause }) => {
  if (cause !== 'exit.error' || facts.status?.kind !== 'exited' || facts.gaps.length > 0) return undefined;
  const { code } = facts.status;
  if (code <= SIGNAL_BASE || code > SIGNAL_BASE + SIGRTMAX) return undefined;
  if (facts.subject?.signals.some(({ data }) => data.signal === code - SIGNAL_BASE) === true) return undefined;
  return {
    cause: 'kill.host',
    why: `nobody sent the main process a ${signalName(code - SIGNAL_BASE)}: its status is a plain exit with ${String(code)}`,
  };
};

const notRuntime: Suspicion = (facts, { cause }) => {
  if (cause !== 'kill.host' && cause !== 'kill.inside' && cause !== 'kill.container' && cause !== 'kill.self')
    return undefined;
  const fromRuntime = facts.subject?.signals.some((sent) => placeOf(sent, facts.container) === 'runtime') === true;
  return fromRuntime || facts.gaps.length > 0
    ? undefined
    : {
        cause: 'kill.runtime',
        why: 'the container runtime sent no signal: nobody asked it to stop or kill the container',
      };
};

const notHost: Suspicion = (_facts, { cause, subject }) => {
  if (cause !== 'kill.runtime' && cause !== 'stop.ignored' && cause !== 'stop.forced') return undefined;
  // Somebody on the host may well have ended the shim.
  if (subject?.fatal !== undefined && isCleanUp(subject.fatal)) return undefined;
  const signal = subject?.fatal?.data.signal ?? Signal.KILL;
  return {
    cause: 'kill.host',
    why: `the ${signalName(signal)} was delivered by the container runtime, not by another process of the host`,
  };
};

const notCrash: Suspicion = (_facts, { cause }) =>
  cause === 'stop.ignored' || cause === 'stop.forced'
    ? { cause: 'exit.error', why: 'the program was still running when it was killed; it did not fail by itself' }
    : undefined;

const crashNotKilled: Suspicion = (facts, { cause, subject = facts.subject }) =>
  causeFamily(cause) === 'crash' && subject?.status.kind === 'signaled' && cause !== 'crash.pipe'
    ? { cause: 'kill.host', why: 'the signal was raised by the processor or the program itself; nobody sent it' }
    : undefined;

const SUSPICIONS: readonly Suspicion[] = [
  notOom,
  notHostOom,
  notOwnLimit,
  notKillByPerson,
  notKilled,
  notRuntime,
  notHost,
  notCrash,
  crashNotKilled,
];
