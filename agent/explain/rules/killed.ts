import { containerAround } from '../../domain/container.ts';
import type { OuterContainer } from '../../domain/container.ts';
import type { ActorKind } from '../../domain/death.ts';
import type { EvidenceOf, SignalSent } from '../../domain/evidence.ts';
import { displayText } from '../../domain/display.ts';
import type { ProcessRef } from '../../domain/process.ts';
import { isParentOf, sameProcess } from '../../domain/process.ts';
import { Signal, signalName } from '../../domain/signals.ts';
import { formatDuration } from '../../domain/time.ts';
import type { Facts, Subject } from '../facts.ts';
import type { Absence, Finding, SignalRule } from '../finding.ts';
import { NOBODY_KNOWN, actorOf } from '../finding.ts';
import { personBehind } from '../host-person.ts';
import { askedBy, onRequest, whoAskedToKill, whoAskedToStop } from '../requesters.ts';
import { runtimeTitle } from '../runtime-words.ts';
import { LONGEST_GRACE_US, announcedRequest } from '../stop-request.ts';
import { isCleanUp, placeOf } from '../senders.ts';
import type { SenderPlace } from '../senders.ts';
import { briefCommand, command, containerName, hostProcess, program, rolePid, subjectName } from '../words.ts';

const TERMINAL_SIGNALS: ReadonlySet<number> = new Set([Signal.INT, Signal.QUIT, Signal.HUP]);

/** The terminal driver signals a whole foreground group; it hands the kernel no siginfo of a sender. */
export function isFromTerminal({ data }: EvidenceOf<'signal_sent'>): boolean {
  return TERMINAL_SIGNALS.has(data.signal) && data.info === 'priv';
}

/** What somebody did at the terminal, as the end of a sentence. */
export function terminalPhrase({ data }: EvidenceOf<'signal_sent'>): string {
  if (data.signal === Signal.HUP) return 'its terminal was closed';
  return `${data.signal === Signal.INT ? 'Ctrl-C' : 'Ctrl-\\'} was pressed on its terminal`;
}

export const terminal: SignalRule = (_facts, subject) => {
  const fatal = subject.fatal;
  if (fatal === undefined || !isFromTerminal(fatal)) return undefined;
  return {
    cause: 'kill.terminal',
    certainty: 'certain',
    headline: `${subjectName(subject)} ended because ${terminalPhrase(fatal)} (${signalName(fatal.data.signal)}).`,
    actor: NOBODY_KNOWN,
    subject,
    advice: [{ text: 'Run it detached if it should outlive the terminal.', command: 'docker run --detach …' }],
  };
};

const ACTOR_AT: Readonly<Record<SenderPlace, ActorKind>> = {
  itself: 'self',
  inside: 'inside',
  container: 'container',
  runtime: 'runtime',
  'oom-daemon': 'host',
  host: 'host',
  unknown: 'unknown',
};

/** cgroup.kill signals every task one by one and names nobody. */
export const cgroupKill: SignalRule = (facts, subject) => {
  const fatal = subject.fatal;
  if (fatal?.data.signal !== Signal.KILL || fatal.data.info !== 'none' || fatal.data.group) return undefined;
  const writer = fatal.data.sender;
  return {
    cause: 'kill.cgroup',
    certainty: 'certain',
    headline: `All processes of the container were killed at once${writer === undefined ? '' : ` by ${hostProcess(writer)}`}.`,
    actor: actorOf(ACTOR_AT[placeOf(fatal, facts.container)], fatal),
    subject,
    advice: [
      {
        text: 'Somebody wrote 1 to the cgroup.kill file of the container or of a group above it: systemd stopping a unit, or a container manager.',
      },
    ],
  };
};

/**
 * PR_SET_PDEATHSIG: the kernel signals the child while its parent is exiting, and nothing else signals a
 * whole process without any siginfo. By then the child has been given to another parent already, unless
 * only the thread that made it ends; its own exec still names the old one.
 */
export const parentDeath: SignalRule = (facts, subject) => {
  const fatal = subject.fatal;
  const sender = fatal?.data.sender;
  if (fatal === undefined || sender === undefined || fatal.data.info !== 'none' || !fatal.data.group) return undefined;
  if (sameProcess(sender, subject.process)) return undefined;
  const known = [subject.process, fatal.data.target, facts.processes.programOf(subject.process)];
  const isParent = known.some((process) => process !== undefined && isParentOf(sender, process));
  // A session leader that lets go of its terminal signals the others in the same way.
  if (!isParent && fatal.data.signal === Signal.HUP) return undefined;
  const place = placeOf(fatal, facts.container);
  return {
    cause: 'kill.parent-death',
    certainty: 'certain',
    headline: `${subjectName(subject)} had asked to be ended with its parent, and the parent ${place === 'inside' ? `${briefCommand(sender)} (${rolePid(sender)})` : hostProcess(sender)} ended.`,
    actor: actorOf(ACTOR_AT[place], fatal),
    subject,
    advice: [
      {
        text: 'Look at why the parent ended. What the child had asked for is PR_SET_PDEATHSIG; the end of the thread that started it is enough to trigger this.',
      },
    ],
  };
};

export const oomDaemon: SignalRule = (facts, subject) => {
  const fatal = subject.fatal;
  if (fatal === undefined || placeOf(fatal, facts.container) !== 'oom-daemon') return undefined;
  const daemon = fatal.data.sender;
  return {
    cause: 'oom.userspace',
    certainty: 'certain',
    headline: `${daemon === undefined ? 'An out-of-memory daemon' : hostProcess(daemon)} killed ${subjectName(subject)} to free memory on the host.`,
    actor: actorOf('host', fatal),
    subject,
    advice: [
      {
        text: 'The machine was under memory pressure. Give containers memory limits, or tell the daemon to spare this one (ManagedOOMPreference=avoid for systemd-oomd).',
      },
    ],
  };
};

export const runtimeKill: SignalRule = (facts, subject) => {
  const fatal = subject.fatal;
  if (fatal === undefined || placeOf(fatal, facts.container) !== 'runtime') return undefined;
  const name = signalName(fatal.data.signal);
  const isKill = fatal.data.signal === Signal.KILL;
  const announced = isKill ? announcedRequest(facts, fatal.at) : undefined;
  if (announced !== undefined) return askedUnseen(facts, subject, fatal, announced);
  if (isCleanUp(fatal)) return cleanedUp(facts, subject, fatal);
  const requester = whoAskedToKill(facts, fatal.data.signal, fatal.at);
  const course = `${subjectName(subject)} was sent ${name}${isKill ? ' without a request to stop first' : ' and has no handler for it'}`;
  return {
    cause: 'kill.runtime',
    certainty: 'certain',
    headline: `Killed through ${runtimeTitle(facts)}: ${askedBy(facts, requester)}${course}.`,
    course,
    actor: onRequest(actorOf('runtime', fatal), requester),
    subject,
    advice: [
      isKill
        ? {
            text: `${requester === undefined ? 'Somebody ran a kill or a forced removal (docker kill, docker rm -f, docker compose kill, or a tool that does it). ' : ''}To let the program finish its work, stop it instead.`,
            command: 'docker stop CONTAINER',
          }
        : { text: `Install a handler for ${name} in the program, or send it only to programs that have one.` },
    ],
    ...(isKill ? { reliesOnAbsence: [{ of: ['signal_sent'], since: fatal.at - LONGEST_GRACE_US }] } : {}),
  };
};

function cleanedUp(facts: Facts, subject: Subject, fatal: EvidenceOf<'signal_sent'>): Finding {
  // Once the shim has gone another process is the parent; the program's start still names the shim.
  const shim = facts.processes.programOf(subject.process)?.parentPid;
  return {
    cause: 'kill.runtime',
    certainty: 'likely',
    headline: `Lost its supervisor: the shim process of ${runtimeTitle(facts)} that looks after this container had ended, so ${subjectName(subject)} was cleared away with SIGKILL.`,
    actor: actorOf('runtime', fatal),
    subject,
    notes: [
      'Who or what ended the shim is not known: it runs on the host, outside of every container. The program itself did nothing wrong.',
    ],
    advice: [
      {
        text: `Find out what ended the shim${shim === undefined ? '' : ` (pid ${String(shim)})`}: somebody’s kill, the out-of-memory killer on the host, or a crash. The kernel’s log and that of containerd name it.`,
        command: 'journalctl --dmesg --unit containerd --since -1h',
      },
    ],
  };
}

function askedUnseen(
  facts: Facts,
  subject: Subject,
  fatal: EvidenceOf<'signal_sent'>,
  request: EvidenceOf<'runtime_event'>,
): Finding {
  const requester = whoAskedToStop(facts, request.data.signal ?? Signal.TERM, request.at);
  const course = `${runtimeTitle(facts)} asked ${subjectName(subject)} to stop and killed it ${formatDuration(fatal.at - request.at)} later`;
  return {
    cause: 'stop.forced',
    certainty: 'likely',
    headline: `Did not stop in time: ${askedBy(facts, requester)}${course}.`,
    course,
    actor: onRequest(actorOf('runtime', fatal), requester),
    subject,
    notes: ['The request itself was not seen: whether it reached the program, nobody knows.'],
    advice: [
      {
        text: 'Make sure that the program handles the request to stop, and that it is done within the grace period.',
        command: 'docker stop --time 30 CONTAINER',
      },
    ],
  };
}

/**
 * The kernel's own SIGKILL, with a bystander as the sender: its init is ending, or its tracer is. An
 * out-of-memory kill looks the same when its mark was lost, so anything else decides nothing.
 */
export const kernelKill: SignalRule = (facts, subject) => {
  const fatal = subject.fatal;
  const sender = fatal?.data.sender;
  if (fatal?.data.signal !== Signal.KILL || fatal.data.info !== 'priv' || sender === undefined) return undefined;
  const place = placeOf(fatal, facts.container);
  if (place === 'itself') return undefined;
  const cause = place === 'inside' ? 'kill.inside' : place === 'container' ? 'kill.container' : 'kill.host';
  const who = place === 'inside' || place === 'container' ? briefCommand(sender) : hostProcess(sender);
  const where = place === 'container' ? ` in container ${containerName(sender.containerId ?? '?')}` : '';
  const common = { cause, certainty: 'certain', actor: actorOf(ACTOR_AT[place], fatal), subject } as const;
  if (!fatal.data.group) {
    return {
      ...common,
      headline: `${subjectName(subject)} was being traced by ${who}${where}, which had asked for it to end together with the tracer (PTRACE_O_EXITKILL); the tracer ended.`,
      advice: [{ text: 'A debugger or a tracer was attached to the program. Detach it before it ends.' }],
    };
  }
  if (sender.nsPid !== 1) return undefined;
  const around = containerAround(facts.container, sender.containerId ?? '');
  if (around !== undefined) return outerEnded(around, subject, fatal, sender);
  if (sender.pidNamespace !== fatal.data.target.pidNamespace) return undefined;
  return {
    ...common,
    headline: `${subjectName(subject)} was killed by the kernel because ${who}${where}, the first process (PID 1) of its own world of processes, ended.`,
    advice: [
      { text: 'Look at why that process ended: it was PID 1 of its pid namespace, and nothing there can outlive it.' },
    ],
    reliesOnAbsence: unmarked(fatal),
  };
};

/** By which a person knows the container around this one. */
function outerName({ id, name }: OuterContainer): string {
  return name === undefined ? containerName(id) : displayText(name, NAME_LIMIT);
}

const NAME_LIMIT = 64;

/** The container in which it runs is its machine: with that everything in it ends. */
function outerEnded(
  outer: OuterContainer,
  subject: Subject,
  fatal: EvidenceOf<'signal_sent'>,
  init: ProcessRef,
): Finding {
  return {
    cause: 'stop.shutdown',
    certainty: 'certain',
    headline: `Ended with the container in which it ran: ${outerName(outer)} was going down, whose first process ${briefCommand(init)} ended, so the kernel killed ${subjectName(subject)}.`,
    actor: actorOf('container', fatal),
    subject,
    advice: [
      {
        text: 'Look at why the container around it ended: nothing in it can outlive its first process.',
        // By its id: a name is somebody else's text, and this line is run in a shell.
        command: `inquest explain ${containerName(outer.id)}`,
      },
    ],
    reliesOnAbsence: unmarked(fatal),
  };
}

function unmarked(fatal: EvidenceOf<'signal_sent'>): Absence[] {
  return [{ of: ['oom_kill'], since: fatal.at }];
}

export const insideKill: SignalRule = (facts, subject) => {
  const fatal = subject.fatal;
  const sender = fatal?.data.sender;
  if (fatal === undefined || sender === undefined || fatal.data.info !== 'struct') return undefined;
  if (placeOf(fatal, facts.container) !== 'inside') return undefined;
  return {
    cause: 'kill.inside',
    certainty: 'certain',
    headline: `Killed from inside the container: ${briefCommand(sender)} (${rolePid(sender)}) sent ${signalName(fatal.data.signal)} to ${subjectName(subject)}.`,
    actor: actorOf('inside', fatal),
    subject,
    advice: [
      {
        text: `The sender runs in the same container: a script, a supervisor, a health check or somebody’s exec session. Look there for what makes it send signals. ${commandLine(fatal.data)}`,
      },
    ],
  };
};

export const otherContainerKill: SignalRule = (facts, subject) => {
  const fatal = subject.fatal;
  const sender = fatal?.data.sender;
  if (fatal === undefined || sender?.containerId === undefined || fatal.data.info !== 'struct') return undefined;
  if (placeOf(fatal, facts.container) !== 'container') return undefined;
  const around = containerAround(facts.container, sender.containerId);
  return {
    cause: 'kill.container',
    certainty: 'certain',
    headline: `Killed from ${around === undefined ? 'another container' : 'the container in which it runs'}: ${briefCommand(sender)} in container ${outerName(around ?? { id: sender.containerId })} sent ${signalName(fatal.data.signal)} to ${subjectName(subject)}.`,
    actor: actorOf('container', fatal),
    subject,
    advice: [
      {
        text:
          around === undefined
            ? 'The two containers share a pid namespace (--pid container:… or --pid host). Give each its own if they should not reach one another.'
            : `Whoever may run commands in the container around it may end whatever runs in it: a person, a script, a supervisor. ${commandLine(fatal.data)}`,
      },
    ],
  };
};

export const hostKill: SignalRule = (facts, subject) => {
  const fatal = subject.fatal;
  const sender = fatal?.data.sender;
  if (fatal === undefined || sender === undefined || fatal.data.info !== 'struct') return undefined;
  if (placeOf(fatal, facts.container) !== 'host') return undefined;
  return {
    cause: 'kill.host',
    certainty: 'certain',
    headline: hostKillHeadline(fatal.data, sender, subject),
    actor: actorOf('host', fatal),
    subject,
    advice: [
      {
        text: `${commandLine(fatal.data)} If the container is to end, have it stopped through ${runtimeTitle(facts)}: then it can finish its work.`,
        command: 'docker stop CONTAINER',
      },
    ],
  };
};

/** More would be the way from the machine's first process to the login. */
const PARENTS_NAMED = 4;

/** What was run, and by whom it was started: a person has a shell there, a job its scheduler. */
function commandLine({ sender, ancestry }: SignalSent): string {
  if (sender === undefined) return '';
  const parents = ancestry
    .filter(({ pid }) => pid !== 1)
    .slice(0, PARENTS_NAMED)
    .map(program);
  const [parent, ...above] = parents;
  const started = parent === undefined ? '' : `, started by ${parent}`;
  return `The command was: ${command(sender)}${started}${above.length === 0 ? '' : ` (below ${above.join(', ')})`}.`;
}

function hostKillHeadline(sent: SignalSent, sender: ProcessRef, subject: Subject): string {
  const signal = signalName(sent.signal);
  const person = personBehind(sent);
  if (person === undefined)
    return `Killed from the host: ${hostProcess(sender)} sent ${signal} to ${subjectName(subject)}.`;
  const verb = sent.signal === Signal.KILL ? 'killed' : 'ended';
  return `${person.name} ${verb} ${subjectName(subject)} with ${signal} ${person.place}${person.role}.`;
}

/** A fatal signal that is known, but not who is behind it. */
export const unattributed: SignalRule = (facts, subject) => {
  if (subject.status.kind !== 'signaled') return undefined;
  const name = signalName(subject.status.signal);
  return {
    cause: 'unknown',
    certainty: 'unknown',
    headline: `${subjectName(subject)} was ended by ${name}, but ${missing(facts, subject)}.`,
    actor: NOBODY_KNOWN,
    subject,
    advice: [{ text: 'Without that record the sender cannot be named. The evidence below is all there is.' }],
  };
};

function missing(facts: Facts, subject: Subject): string {
  if (subject.fatal !== undefined) return 'the record of that signal does not say who sent it';
  if (!facts.case.seenFromStart) return 'it was sent before the agent was watching';
  return facts.gaps.length > 0 ? 'the record of who sent it was lost' : 'no record of that signal reached the agent';
}
