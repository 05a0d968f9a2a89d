import type { EvidenceOf } from '../../domain/evidence.ts';
import { isBlindTo } from '../blind-spots.ts';
import { explainExitCodeBriefly } from '../exit-code-words.ts';
import { isHandledFault } from '../../domain/handled-fault.ts';
import { isParentOf, sameProcess } from '../../domain/process.ts';
import { SIGRTMAX, signalName } from '../../domain/signals.ts';
import { US_PER_SECOND, formatDuration } from '../../domain/time.ts';
import type { Facts, Subject } from '../facts.ts';
import { subjectOf, ofKind } from '../facts.ts';
import type { Absence, Finding, Rule, SignalRule } from '../finding.ts';
import { NOBODY_KNOWN, actorOf, itself } from '../finding.ts';
import { unheard } from '../orchestrator-reasons.ts';
import { personBehind } from '../host-person.ts';
import { isFromTerminal, terminalPhrase } from './killed.ts';
import { clueAdvice, clueOf, lastWords } from '../log-clues.ts';
import { justAfterFault } from './only-fault.ts';
import { placeOf } from '../senders.ts';
import type { SenderPlace } from '../senders.ts';
import { LONGEST_GRACE_US } from '../stop-request.ts';
import { briefCommand, command, hostProcess, program, subjectName } from '../words.ts';

/** How long after a child's death its parent's exit is still taken for the consequence. */
const PASSED_ON_US = US_PER_SECOND;
export const SUPERVISOR_US = 5 * US_PER_SECOND;

/**
 * PID 1 exited by itself, but because a child of it was killed: a shell passes on 128 + signal, a
 * supervisor gives up with a code of its own. The child's death is the root.
 */
export function childDeath(signalRules: readonly SignalRule[]): Rule {
  return (facts) => {
    const main = facts.subject;
    if (main?.status.kind !== 'exited' || main.status.code === 0) return undefined;
    const child = fatalChild(facts, main, main.status.code);
    if (child === undefined) return undefined;
    const { subject, passedOn } = child;
    for (const rule of signalRules) {
      const finding = rule(facts, subject);
      if (finding === undefined || (finding.cause === 'unknown' && !passedOn)) continue;
      const how = passedOn
        ? `passed that on as exit code ${String(main.status.code)}`
        : `then gave up with exit code ${String(main.status.code)}`;
      return {
        ...finding,
        headline: `${withoutPeriod(finding.headline)}; ${subjectName(main)} ${how}.`,
        certainty: passedOn ? finding.certainty : weaker(finding.certainty),
        subject,
      };
    }
    return undefined;
  };
}

function fatalChild(facts: Facts, main: Subject, code: number): { subject: Subject; passedOn: boolean } | undefined {
  const signals = ofKind(facts.case.evidence, 'signal_sent');
  const killed = facts.childExits
    .filter(({ data, at }) => data.status.kind === 'signaled' && main.at - at <= SUPERVISOR_US)
    .map((exit) => subjectOf(exit, signals, facts.ooms, facts.processes, facts.faults))
    .map((subject) => forwarded(subject, main))
    .filter((subject) => !wasKilledBy(subject, main));
  const passed = killed.findLast(
    ({ status, at, process }) =>
      status.kind === 'signaled' &&
      128 + status.signal === code &&
      main.at - at <= PASSED_ON_US &&
      isParentOf(main.process, process),
  );
  if (passed !== undefined) return { subject: passed, passedOn: true };
  const supervised = killed.findLast(({ process }) => isParentOf(main.process, process)) ?? killed.at(-1);
  return supervised === undefined ? undefined : { subject: supervised, passedOn: false };
}

/** An init passes a signal on at once. */
const FORWARDED_US = US_PER_SECOND;

/** A small init as PID 1 (tini) hands the signals that it gets to its child: the root is who sent them to the init. */
function forwarded(child: Subject, main: Subject): Subject {
  const { fatal } = child;
  if (fatal === undefined || !sameProcess(fatal.data.sender, main.process)) return child;
  const received = main.signals.findLast(
    ({ data, at }) =>
      data.signal === fatal.data.signal &&
      data.result === 'delivered' &&
      !sameProcess(data.sender, main.process) &&
      at <= fatal.at &&
      fatal.at - at <= FORWARDED_US,
  );
  return received === undefined ? child : { ...child, fatal: received };
}

/**
 * PID 1 cleans up before it ends, and what is left goes with it. As the one that asked for memory it
 * stands as the sender too, but is no killer.
 */
function wasKilledBy(child: Subject, main: Subject): boolean {
  return child.oom === undefined && sameProcess(child.fatal?.data.sender, main.process);
}

function weaker(certainty: Finding['certainty']): Finding['certainty'] {
  return certainty === 'certain' ? 'likely' : certainty;
}

/** A handler ran for a request to end that came from elsewhere than the runtime, and the program ended. */
export const askedToEnd: Rule = (facts) => {
  const subject = facts.subject;
  if (subject?.status.kind !== 'exited') return undefined;
  const asked = subject.signals.findLast((sent) => endsOnRequest(facts, subject, sent));
  const sender = asked?.data.sender;
  if (asked === undefined || sender === undefined) return undefined;
  const place = placeOf(asked, facts.container);
  const elapsed = formatDuration(subject.at - asked.at);
  const name = signalName(asked.data.signal);
  const end = `${subjectName(subject)} ended ${elapsed} later with exit code ${String(subject.status.code)}`;
  const common = { certainty: 'likely', subject } as const;
  const person = personBehind(asked.data);
  if (isFromTerminal(asked)) {
    return {
      ...common,
      cause: 'kill.terminal',
      headline: `${end}, after ${terminalPhrase(asked)} (${name}).`,
      actor: NOBODY_KNOWN,
      advice: [{ text: 'Run it detached if it should outlive the terminal.', command: 'docker run --detach …' }],
    };
  }
  if (place === 'oom-daemon') {
    return {
      ...common,
      cause: 'oom.userspace',
      headline: `Asked to end in order to free memory on the host: ${hostProcess(sender)} sent ${name} and ${end}.`,
      actor: actorOf('host', asked),
      advice: [{ text: 'The machine was under memory pressure. Give containers memory limits.' }],
    };
  }
  if (place === 'inside') {
    return {
      ...common,
      cause: 'kill.inside',
      headline: `Asked to end from inside the container: ${briefCommand(sender)} sent ${name} and ${end}.`,
      actor: actorOf('inside', asked),
      advice: [{ text: 'The sender runs in the same container: a script, a supervisor or somebody’s exec session.' }],
    };
  }
  if (place === 'container') {
    return {
      ...common,
      cause: 'kill.container',
      headline: `Asked to end from another container: ${briefCommand(sender)} sent ${name} and ${end}.`,
      actor: actorOf('container', asked),
      advice: [
        { text: 'The two containers share a pid namespace. Give each its own if they should not reach one another.' },
      ],
    };
  }
  return {
    ...common,
    cause: 'kill.host',
    headline:
      person === undefined
        ? `Asked to end from the host: ${hostProcess(sender)} sent ${name} and ${end}.`
        : `${person.name} asked ${program(subject.process)} to end with ${name} ${person.place}${person.role}; ${end}.`,
    actor: actorOf('host', asked),
    advice: [{ text: `The command was: ${command(sender)}.` }],
  };
};

const ENDING_SIGNALS: ReadonlySet<string> = new Set(['SIGTERM', 'SIGINT', 'SIGQUIT', 'SIGHUP', 'SIGUSR1', 'SIGUSR2']);
const RELOAD_SIGNALS: ReadonlySet<string> = new Set(['SIGHUP', 'SIGUSR1', 'SIGUSR2']);
const ASKED_US = 10 * US_PER_SECOND;
const ASKING: ReadonlySet<SenderPlace> = new Set(['inside', 'host', 'container', 'oom-daemon']);

function endsOnRequest(facts: Facts, subject: Subject, { at, data }: EvidenceOf<'signal_sent'>): boolean {
  const name = signalName(data.signal);
  if (!ENDING_SIGNALS.has(name) || data.result === 'ignored') return false;
  const place = placeOf({ at, data, source: 'kernel', containerId: undefined }, facts.container);
  const fromTerminal = isFromTerminal({ at, data, source: 'kernel', containerId: undefined });
  if (!fromTerminal && (data.info !== 'struct' || !ASKING.has(place))) return false;
  // Many programs take these for 'reload': only the matching exit code says that this one ended by it.
  const codeMatches = subject.status.kind === 'exited' && subject.status.code === 128 + data.signal;
  return codeMatches || (!RELOAD_SIGNALS.has(name) && subject.at - at <= ASKED_US);
}

export const exited: Rule = (facts) => {
  const subject = facts.subject;
  if (subject?.status.kind !== 'exited') return undefined;
  const { code } = subject.status;
  if (code === 0) {
    return {
      cause: 'exit.success',
      certainty: 'certain',
      headline: `${subjectName(subject)} finished by itself with exit code 0.`,
      actor: itself(subject),
      subject,
      advice: [],
      reliesOnAbsence: [nobodyAsked(subject), ...unheard(facts, subject.at)],
    };
  }
  const words = lastWords(facts);
  const child = childWithSameCode(facts, subject, code);
  const root = child ?? subject;
  const passing = child === undefined ? '' : ` and ${subjectName(subject)} passed it on`;
  const absences = [nobodyAsked(subject), nothingFailed(subject)];
  const sawAll = !absences.some((absence) => isBlindTo(facts, absence));
  const meaning = looksLikeSignal(code)
    ? sawAll
      ? `; no signal ${root.signals.some(({ data }) => data.signal === code - 128) ? 'ended it' : 'was involved'}, although ${String(code)} looks like ${signalName(code - 128)}`
      : `; records that could show a ${signalName(code - 128)} are missing`
    : explainExitCodeBriefly(code, root.process);
  // The log's own reason is better than what happened a moment before.
  const after = facts.clue === undefined ? justAfterFault(root) : '';
  return {
    cause: 'exit.error',
    certainty: 'certain',
    headline: `${subjectName(root)} exited by itself with code ${String(code)}${after}${passing}${meaning}${words === undefined ? '.' : `. Its last words: ${words}`}`,
    actor: itself(root),
    subject: root,
    advice: exitAdvice(facts, subject, code),
    reliesOnAbsence: absences,
    ...clueOf(facts),
  };
};

/** Whose exit it was: PID 1 may have passed on that of a child. */
export function rootOf(facts: Facts, main: Subject, code: number): Subject {
  return childWithSameCode(facts, main, code) ?? main;
}

/** Had somebody asked it to end, the exit would be the answer. */
function nobodyAsked(subject: Subject): Absence {
  return { of: ['signal_sent', 'runtime_event', 'runtime_connection'], since: subject.at - LONGEST_GRACE_US };
}

/** Had a child been killed, or the log told of a full heap, that would be the root. */
function nothingFailed(subject: Subject): Absence {
  return { of: ['process_exit', 'oom_kill', 'log_tail'], since: subject.at - SUPERVISOR_US };
}

function childWithSameCode(facts: Facts, main: Subject, code: number): Subject | undefined {
  const exit = facts.childExits.findLast(
    ({ data, at }) =>
      data.status.kind === 'exited' &&
      data.status.code === code &&
      main.at - at <= PASSED_ON_US &&
      isParentOf(main.process, data.process),
  );
  if (exit === undefined) return undefined;
  const child = subjectOf(exit, ofKind(facts.case.evidence, 'signal_sent'), [], facts.processes);
  if (child.signals.some(isHandledFault)) return child;
  // A fork that ran no program is still the shell itself.
  const ran = facts.processes.programOf(exit.data.process);
  return ran === undefined || program(child.process) === program(main.process) ? undefined : child;
}

function exitAdvice(facts: Facts, subject: Subject, code: number): Finding['advice'] {
  if (looksLikeSignal(code)) {
    return [
      {
        text: `Look in ${program(subject.process)} for what makes it exit with ${String(code)}: a wrapper that translates a status of something else, or the program itself. Memory limits and kills had no part in it.`,
      },
      ...clueAdvice(facts),
    ];
  }
  if (facts.clue !== undefined) return clueAdvice(facts);
  return [{ text: whereToLook(facts) }];
}

function whereToLook({ logTail }: Facts): string {
  if (logTail === undefined) return 'Its log could not be read. Look there for what it said last.';
  return logTail.lines.length > 0
    ? 'The reason is in the program’s own log; its last lines are below.'
    : 'It wrote nothing to its log. Run it with more logging, or look in the files that it writes inside the container.';
}

function looksLikeSignal(code: number): boolean {
  return code > 128 && code <= 128 + SIGRTMAX;
}

function withoutPeriod(text: string): string {
  return text.endsWith('.') ? text.slice(0, -1) : text;
}
