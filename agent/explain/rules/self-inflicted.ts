import { isSelfSent } from '../../domain/handled-fault.ts';
import { Signal, signalName } from '../../domain/signals.ts';
import { US_PER_SECOND, formatDuration } from '../../domain/time.ts';
import type { Subject } from '../facts.ts';
import type { Finding, SignalRule } from '../finding.ts';
import { actorOf, itself } from '../finding.ts';
import { placeOf } from '../senders.ts';
import { whereWords } from '../fault-words.ts';
import { LONGEST_GRACE_US, stopRequest } from '../stop-request.ts';
import { syscallName } from '../syscalls.ts';
import { subjectName } from '../words.ts';

const SYS_SECCOMP = 1;
const SI_TIMER = -2;
const TIMERS: ReadonlySet<number> = new Set([Signal.ALRM, Signal.VTALRM, Signal.PROF]);

export const seccomp: SignalRule = (_facts, subject) => {
  const fatal = subject.fatal;
  if (fatal === undefined) return withoutSignal(subject);
  if (fatal.data.signal !== Signal.SYS || fatal.data.info !== 'struct' || fatal.data.code !== SYS_SECCOMP) {
    return undefined;
  }
  const call = syscallName(fatal.data.syscall, fatal.data.arch);
  return {
    cause: 'crash.seccomp',
    certainty: 'certain',
    headline: `${subjectName(subject)} was killed for the system call ${call}, which the container’s security profile (seccomp) forbids${subject.fault === undefined ? '' : whereWords(subject.fault.data)}.`,
    actor: itself(subject),
    subject,
    advice: [
      {
        text: `Allow ${call} in the seccomp profile if the program is meant to use it, or stop the program from using it.`,
        command: 'docker run --security-opt seccomp=PROFILE.json …',
      },
    ],
  };
};

/** How long before its end a process can have been sent a signal that ended it. */
const SIGNAL_BEFORE_END_US = 10 * US_PER_SECOND;

/** Before 5.16 the kernel ends the process for the filter without a signal to it: only its status is SIGSYS. */
function withoutSignal(subject: Subject): Finding | undefined {
  if (subject.status.kind !== 'signaled' || subject.status.signal !== Signal.SYS) return undefined;
  return {
    cause: 'crash.seccomp',
    certainty: 'certain',
    headline: `${subjectName(subject)} was killed for a system call which the container’s security profile (seccomp) forbids.`,
    actor: itself(subject),
    subject,
    notes: ['A kernel before Linux 5.16 does not say which system call it was; its audit log may.'],
    advice: [
      {
        text: 'Allow the system call in the seccomp profile if the program is meant to use it, or stop the program from using it. Which one it is:',
        command: 'sudo journalctl --dmesg --grep "type=1326"',
      },
    ],
    reliesOnAbsence: [{ of: ['signal_sent'], since: subject.at - SIGNAL_BEFORE_END_US }],
  };
}

/** SIGPIPE comes from the writer's own write(): the reader had gone. */
export const brokenPipe: SignalRule = (facts, subject) => {
  const fatal = subject.fatal;
  if (fatal?.data.signal !== Signal.PIPE || placeOf(fatal, facts.container) !== 'itself') return undefined;
  return {
    cause: 'crash.pipe',
    certainty: 'certain',
    headline: `${subjectName(subject)} wrote to a pipe or socket that nobody reads any more, and has no handler for SIGPIPE.`,
    actor: itself(subject),
    subject,
    advice: [
      { text: 'Ignore SIGPIPE in the program and handle the EPIPE error of the write, or keep the reader alive.' },
    ],
  };
};

/** The kernel signals the writing thread itself and hands over no siginfo; a `kill -XFSZ` has one. */
export const fileSizeLimit: SignalRule = (facts, subject) => {
  const fatal = subject.fatal;
  if (fatal?.data.signal !== Signal.XFSZ || fatal.data.info !== 'none') return undefined;
  if (placeOf(fatal, facts.container) !== 'itself') return undefined;
  return {
    cause: 'limit.file-size',
    certainty: 'certain',
    headline: `${subjectName(subject)} wrote a file larger than its file size limit allows and was ended with SIGXFSZ.`,
    actor: itself(subject),
    subject,
    advice: [
      {
        text: 'Raise the limit (ulimit -f, RLIMIT_FSIZE), or rotate the file before it grows that large.',
        command: 'docker run --ulimit fsize=-1 …',
      },
    ],
  };
};

/**
 * RLIMIT_CPU: SIGXCPU at the soft limit, SIGKILL at the hard one. The kernel's timer sends both while
 * the process itself runs, so the victim stands as the sender.
 */
export const cpuLimit: SignalRule = (facts, subject) => {
  const fatal = subject.fatal;
  if (fatal?.data.info !== 'priv') return undefined;
  const soft = fatal.data.signal === Signal.XCPU;
  const hard = fatal.data.signal === Signal.KILL && fatal.data.group && placeOf(fatal, facts.container) === 'itself';
  if (!soft && !hard) return undefined;
  const used = facts.mainExit?.data.cpuTimeUs;
  return {
    cause: 'limit.cpu',
    certainty: 'certain',
    headline: `${subjectName(subject)} used up its CPU time limit${used === undefined || !subject.isMain ? '' : ` after ${formatDuration(used)} of CPU time`} and was ended with ${signalName(fatal.data.signal)}.`,
    actor: { kind: 'kernel', ancestry: [] },
    subject,
    advice: [
      {
        text: 'Raise the limit of CPU time (ulimit -t, RLIMIT_CPU), or remove it for a program that is meant to run long.',
        command: 'docker run --ulimit cpu=-1 …',
      },
    ],
    // An out-of-memory kill of the process that asked for the memory differs by its mark alone.
    ...(hard ? { reliesOnAbsence: [{ of: ['oom_kill'], since: fatal.at }] } : {}),
  };
};

/** alarm() and setitimer() have signals of their own; a POSIX timer sends what it was told to. */
export const timer: SignalRule = (_facts, subject) => {
  const fatal = subject.fatal;
  if (fatal === undefined) return undefined;
  const { info, code, signal } = fatal.data;
  const byKernel = info === 'priv' && TIMERS.has(signal);
  if (!byKernel && (info !== 'struct' || code !== SI_TIMER)) return undefined;
  return {
    cause: 'kill.timer',
    // sigqueue() lets a sender claim this code.
    certainty: byKernel ? 'certain' : 'likely',
    headline: `${subjectName(subject)} set a timer (${signalName(fatal.data.signal)}) and had no handler for it when it went off.`,
    actor: itself(subject),
    subject,
    advice: [{ text: 'Install a handler before setting the timer, or clear the timer when the work is done.' }],
  };
};

export const selfKill: SignalRule = (facts, subject) => {
  const fatal = subject.fatal;
  if (fatal === undefined || !isSelfSent(fatal.data)) return undefined;
  // A handler that ends its work after a request to stop and then lets the signal do the rest.
  if (stopRequest(facts, subject)?.signal === fatal.data.signal) return undefined;
  return {
    cause: 'kill.self',
    certainty: 'certain',
    headline: `${subjectName(subject)} sent ${signalName(fatal.data.signal)} to itself.`,
    actor: { ...actorOf('self', fatal), ancestry: [] },
    subject,
    advice: [
      { text: 'Nobody else had a part in it: look in the program for a call of kill() or raise() with its own pid.' },
    ],
    // A signal before it that a handler took would be the root.
    reliesOnAbsence: [{ of: ['signal_sent', 'runtime_connection'], since: fatal.at - LONGEST_GRACE_US }],
  };
};
