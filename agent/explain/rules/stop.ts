import type { Advice, Requester, Requesters } from '../../domain/death.ts';
import type { ProcessRef } from '../../domain/process.ts';
import { isParentOf, sameProcess } from '../../domain/process.ts';
import { requestClause } from '../../domain/requester-words.ts';
import { Signal, signalName } from '../../domain/signals.ts';
import type { EpochUs } from '../../domain/time.ts';
import { US_PER_MS, US_PER_SECOND, formatDuration } from '../../domain/time.ts';
import type { Facts, Subject } from '../facts.ts';
import type { Finding, Rule, SignalRule } from '../finding.ts';
import { actorOf } from '../finding.ts';
import { askedBy, onRequest, whoAskedToStop, whoLostPatience } from '../requesters.ts';
import { runtimeTitle } from '../runtime-words.ts';
import { placeOf } from '../senders.ts';
import type { StopRequest } from '../stop-request.ts';
import { GRACE_SLACK_US, announcedRequest, followsRequest, graceUs, stopRequest } from '../stop-request.ts';
import { command, program, statusPhrase, subjectName } from '../words.ts';

/** Asked to stop, and SIGKILL from the runtime ended it. */
export const stopKilled: SignalRule = (facts, subject) => {
  const fatal = subject.fatal;
  if (fatal?.data.signal !== Signal.KILL || placeOf(fatal, facts.container) !== 'runtime') return undefined;
  const request = stopRequest(facts, subject);
  if (request === undefined) return undefined;
  const requester = whoAskedToStop(facts, request.signal, request.sent.at);
  const actor = onRequest(actorOf('runtime', fatal), requester);
  const shutdown = shutdownNote(facts, request, requester);
  if (shutdown !== undefined) return { ...wentDown(facts, subject, shutdown), actor };
  const hurry = whoLostPatience(facts, request.sent.at, fatal.at);
  const killed = { waited: formatDuration(fatal.at - request.sent.at), asked: askedBy(facts, requester), hurry };
  if (!request.reached) return { ...ignored(facts, subject, request, killed), actor };
  return {
    cause: 'stop.forced',
    certainty: 'certain',
    headline: forcedHeadline(facts, subject, request, killed),
    course: forcedCourse(facts, subject, request, killed),
    actor,
    subject,
    advice: forcedAdvice(facts, subject, request, hurry),
    reliesOnAbsence: [{ of: ['runtime_connection'], since: request.sent.at }],
  };
};

/** How the wait for a program that went on came to its end. */
interface KilledLater {
  readonly waited: string;
  /** The beginning of the sentence. */
  readonly asked: string;
  /** Who did not wait for the end of the grace period. */
  readonly hurry: Requester | undefined;
}

function forcedHeadline(facts: Facts, subject: Subject, request: StopRequest, killed: KilledLater): string {
  const label = killed.hurry === undefined ? 'Did not stop in time' : 'Killed before it had stopped';
  return `${label}: ${killed.asked}${forcedCourse(facts, subject, request, killed)}.`;
}

function forcedCourse(facts: Facts, subject: Subject, request: StopRequest, killed: KilledLater): string {
  const got = `${subjectName(subject)} got ${signalName(request.signal)}`;
  return killed.hurry === undefined
    ? `${got}, was still running ${killed.waited} later, and ${runtimeTitle(facts)} killed it`
    : `${got}, but ${killed.waited} later ${killedPhrase(facts, killed)}`;
}

function killedPhrase(facts: Facts, { waited, hurry }: KilledLater): string {
  const title = runtimeTitle(facts);
  return hurry === undefined
    ? `${title} killed it ${waited} later`
    : `${requestClause(hurry, facts.container)} and ${title} killed it`;
}

function ignored(facts: Facts, subject: Subject, request: StopRequest, killed: KilledLater): Finding {
  const name = signalName(request.signal);
  const chosen = request.sent.data.disposition === 'ignore';
  const why = chosen ? `ignores ${name}` : `has no handler for ${name}, so the kernel dropped the request`;
  const course = `${subjectName(subject)} ${why}; ${killedPhrase(facts, killed)}`;
  return {
    cause: 'stop.ignored',
    certainty: 'certain',
    headline: `Could not be stopped: ${killed.asked}${course}.`,
    course,
    actor: actorOf('runtime'),
    subject,
    advice: ignoredAdvice(facts, subject, request, chosen),
    // Of several requests one may have been taken.
    reliesOnAbsence: [{ of: ['signal_sent', 'runtime_connection'], since: request.sent.at - graceUs(facts) }],
  };
}

const SHELLS: ReadonlySet<string> = new Set(['sh', 'bash', 'dash', 'ash', 'zsh', 'busybox']);

function ignoredAdvice(facts: Facts, subject: Subject, request: StopRequest, chosen: boolean): Advice[] {
  const name = signalName(request.signal);
  const advice: Advice[] = [];
  const shell = SHELLS.has(program(subject.process));
  if (shell) {
    advice.push(shellAdvice(facts, subject, request.sent.at));
  }
  advice.push(
    {
      text: chosen
        ? `Do not ignore ${name} in the program.`
        : `Install a handler for ${name} in the program: as PID 1 it never sees the signal without one, unlike any other process.`,
    },
    { text: 'Or let a small init be PID 1, which takes the signal and passes it on.', command: 'docker run --init …' },
  );
  return advice;
}

/** A shell that was asked to stop waits for its child first, and never tells it. */
function shellAdvice(facts: Facts, subject: Subject, askedAt: EpochUs): Advice {
  const child = waitedFor(facts, subject, askedAt);
  if (child?.argv === undefined) {
    return {
      text: `PID 1 is a shell (${command(subject.process)}), which does not pass signals on to its children. Start the real program with exec, or use the JSON form of ENTRYPOINT or CMD, so that it is PID 1 and gets the signal itself.`,
      command: 'ENTRYPOINT ["/path/to/program", "argument"]',
    };
  }
  return {
    text: `PID 1 is a shell. The real program is its child, ${command(child)}, and a shell does not pass signals on: the program never heard of the stop. Start it with exec in the script, or name it in the JSON form of ENTRYPOINT or CMD, so that it is PID 1 itself.`,
    command: `exec ${command(child)}`,
  };
}

/** The child of PID 1 that ran its program last, was there when the stop was asked for, and still when PID 1 was killed. */
function waitedFor(facts: Facts, subject: Subject, askedAt: EpochUs): ProcessRef | undefined {
  const gone = (process: ProcessRef): boolean =>
    facts.childExits.some(({ data, at }) => at < subject.at - SAME_END_US && sameProcess(data.process, process));
  const started = facts.execs.findLast(
    ({ at, data }) => at < askedAt && isParentOf(subject.process, data.process) && !gone(data.process),
  );
  return started?.data.process;
}

/** Children are killed together with PID 1. */
const SAME_END_US = 50_000;

/** What Docker gives when nobody says otherwise. */
const USUAL_GRACE_SECONDS = 10;

function forcedAdvice(facts: Facts, subject: Subject, request: StopRequest, hurry: Requester | undefined): Advice[] {
  const grace = Math.max(1, Math.round(request.elapsedUs / US_PER_SECOND));
  const handled = facts.handled.some(
    ({ data, at }) => data.isMain && data.signal === request.signal && at >= request.sent.at,
  );
  const advice: Advice[] = [
    {
      text: handled
        ? `The handler for ${signalName(request.signal)} ran, but the program went on. Find what the shutdown waits for: open connections, a worker, a lock.`
        : `${program(subject.process)} received ${signalName(request.signal)} and went on. It must end its work and exit when it gets it.`,
    },
    hurry === undefined
      ? {
          text: `If it needs longer than the ${String(grace)} s that it had, give it more.`,
          command: `docker stop --time ${String(Math.max(grace * 3, USUAL_GRACE_SECONDS))} CONTAINER`,
        }
      : {
          text: 'It was not given the time that it had been promised: wait for the stop to end instead of killing it.',
        },
  ];
  if (SHELLS.has(program(subject.process))) {
    advice.unshift(shellAdvice(facts, subject, request.sent.at));
  }
  return advice;
}

/** Asked to stop, and the signal itself ended it: 143 for SIGTERM. */
export const stopSignalled: SignalRule = (facts, subject) => {
  const request = stopRequest(facts, subject);
  if (request === undefined || subject.status.kind !== 'signaled' || subject.status.signal !== request.signal)
    return undefined;
  return graceful(facts, subject, request);
};

/** Asked to stop, and it ended by itself. */
export const stopExited: Rule = (facts) => {
  const subject = facts.subject;
  if (subject?.status.kind !== 'exited') return undefined;
  const { code } = subject.status;
  const request = stopRequest(facts, subject);
  if (request === undefined) return announcedStop(facts, subject, code);
  if (!request.reached) return undefined;
  if (subject.signals.some(({ data }) => data.signal === Signal.KILL && data.result !== 'ignored')) return undefined;
  return followsRequest(facts, code, { signal: request.signal, at: request.sent.at })
    ? graceful(facts, subject, request)
    : undefined;
};

/** The kernel's record of the request is missing: lost, or of a signal that programs get all the time (SIGWINCH). */
function announcedStop(facts: Facts, subject: Subject, code: number): Finding | undefined {
  const request = announcedRequest(facts, subject.at);
  const signal = request?.data.signal;
  if (request === undefined || signal === undefined) return undefined;
  if (!followsRequest(facts, code, { signal, at: request.at })) return undefined;
  const requester = whoAskedToStop(facts, signal, request.at);
  const course = `${runtimeTitle(facts)} announced ${signalName(signal)} and ${subjectName(subject)} ended ${later(subject.at - request.at)} with ${statusPhrase(subject.status)}`;
  return {
    cause: 'stop.graceful',
    certainty: 'likely',
    headline: `Stopped on request: ${askedBy(facts, requester)}${course}.`,
    course,
    actor: onRequest(actorOf('runtime'), requester),
    subject,
    notes: ['The kernel’s record of the request is not there: that it reached the program follows only from the time.'],
    advice: gracefulAdvice(subject),
  };
}

function graceful(facts: Facts, subject: Subject, request: StopRequest): Finding {
  const requester = whoAskedToStop(facts, request.signal, request.sent.at);
  const actor = onRequest(actorOf('runtime', request.sent), requester);
  const shutdown = shutdownNote(facts, request, requester);
  if (shutdown !== undefined) return { ...wentDown(facts, subject, shutdown), actor };
  const late = request.elapsedUs > graceUs(facts) + GRACE_SLACK_US;
  const course = `${runtimeTitle(facts)} sent ${signalName(request.signal)} and ${subjectName(subject)} ended ${later(request.elapsedUs)} with ${statusPhrase(subject.status)}`;
  return {
    cause: 'stop.graceful',
    certainty: late ? 'likely' : 'certain',
    headline: `Stopped on request: ${askedBy(facts, requester)}${course}.`,
    course,
    actor,
    subject,
    advice: gracefulAdvice(subject),
    reliesOnAbsence: [{ of: ['runtime_connection'], since: request.sent.at - US_PER_SECOND }],
  };
}

function later(us: number): string {
  return us < US_PER_MS ? 'at once' : `${formatDuration(us)} later`;
}

function gracefulAdvice(subject: Subject): Advice[] {
  if (subject.status.kind === 'exited' && subject.status.code !== 0 && subject.status.code !== 128 + Signal.TERM) {
    return [
      {
        text: `It stopped in time but with exit code ${String(subject.status.code)}: a restart policy or an orchestrator may take that for a failure. Exit with 0 after a clean shutdown.`,
      },
    ];
  }
  return [];
}

/**
 * The daemon's connection broke soon after it had asked. Docker announces its own stops at a shutdown
 * as it announces those of clients, so that an announcement tells nothing.
 */
const SHUTDOWN_WINDOW_US = 20 * US_PER_SECOND;

function shutdownNote(facts: Facts, request: StopRequest, requester: Requesters | undefined): string | undefined {
  const lost = facts.runtimeLost;
  // A daemon that goes down asks nobody: somebody was seen asking for this very stop.
  if (lost === undefined || requester?.certainty === 'certain') return undefined;
  const near = lost.at >= request.sent.at - US_PER_SECOND && lost.at <= facts.diedAt + SHUTDOWN_WINDOW_US;
  return near
    ? `The connection to ${runtimeTitle(facts)} broke soon after the stop. If somebody stopped the container just before the daemon went down, it looks the same.`
    : undefined;
}

function wentDown(facts: Facts, subject: Subject, note: string): Finding {
  return {
    cause: 'stop.shutdown',
    certainty: 'likely',
    headline: `${runtimeTitle(facts)} was going down and took the container with it: ${subjectName(subject)} ended with ${statusPhrase(subject.status)}.`,
    actor: actorOf('runtime'),
    subject,
    notes: [note],
    advice: [
      {
        text: 'To keep containers running while the daemon restarts, switch on live restore.',
        command: '{"live-restore": true} in /etc/docker/daemon.json',
      },
    ],
  };
}
