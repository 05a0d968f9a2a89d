import { causeFamily, CAUSES, isUnexpected } from '../../agent/domain/causes.ts';
import type { CauseId } from '../../agent/domain/causes.ts';
import { containerLabel, containersAround, shortId } from '../../agent/domain/container.ts';
import type { ContainerIdentity } from '../../agent/domain/container.ts';
import { deathNotes } from '../../agent/domain/death-notes.ts';
import { actorWords, CERTAINTY_WORDS, commandOf, exitWords, pidOf, userOf } from '../../agent/domain/death-words.ts';
import type { Death } from '../../agent/domain/death.ts';
import { displayLogLine, displayText } from '../../agent/domain/display.ts';
import { placeText } from '../../agent/domain/log-place.ts';
import { sameProcess } from '../../agent/domain/process.ts';
import type { ProcessRef } from '../../agent/domain/process.ts';
import type { Tier } from '../../agent/domain/protocol.ts';
import { requesterTitle } from '../../agent/domain/requester-words.ts';
import { chooseTelling, collapse, isTheDeath, weightOf } from '../../agent/domain/timeline.ts';
import { formatDuration, US_PER_MS } from '../../agent/domain/time.ts';
import type { EpochUs } from '../../agent/domain/time.ts';
import { ago } from '../deaths/relative-time.ts';
import { iconOf } from '../deaths/icons.ts';
import { count, t } from '../l10n/t.ts';
import { backtraceModel } from './backtrace.ts';
import { memoryModel, throttlingModel } from './figures.ts';
import { storyFacts } from './story-facts.ts';
import type { ActorModel, Fact, LogModel, PanelModel, ProcessModel, SaidModel, TimelineRow, Tone } from './model.ts';

const TELLING_ROWS = 12;
const MOST_ROWS = 1_000;
const LOG_LINES = 20;
const NAME_LIMIT = 200;
const COMMAND_LIMIT = 4_096;
const TTY_LIMIT = 16;

export interface ExplainContext {
  readonly hostId: string;
  readonly hostLabel: string;
  readonly tier: Tier;
  readonly now: EpochUs;
}

/** A death as the panel shows it. */
export function explainModel(death: Death, context: ExplainContext): PanelModel {
  const { verdict } = death;
  return {
    hostId: context.hostId,
    deathId: death.id,
    revision: death.revisions.length,
    container: displayText(containerLabel(death.container), NAME_LIMIT),
    headline: displayText(verdict.headline),
    certainty: verdict.certainty,
    certaintyText: t(CERTAINTY_WORDS[verdict.certainty]),
    isComplete: verdict.complete,
    isSettled: death.settled,
    causeId: verdict.cause,
    icon: iconOf(verdict.cause, death.wound !== undefined).id,
    tone: toneOf(verdict.cause),
    facts: factsOf(death, context),
    actor: actorOf(death),
    backtrace: backtraceModel(death),
    timeline: timelineOf(death),
    said: saidOf(death),
    memory: memoryModel(death),
    throttling: throttlingModel(death),
    ruledOut: verdict.ruledOut.map(({ cause, why }) => ({ title: t(CAUSES[cause]), why: displayText(why) })),
    advice: verdict.advice.map(({ text, command }) => ({
      text: displayText(text),
      command: command === undefined ? undefined : displayText(command),
    })),
    notes: deathNotes(death, context.tier).map((note) => displayText(note)),
    log: logOf(death),
  };
}

function toneOf(cause: CauseId): Tone {
  if (!isUnexpected(cause)) return 'neutral';
  const family = causeFamily(cause);
  return family === 'oom' || family === 'crash' || family === 'limit' || family === 'start' || family === 'exit'
    ? 'error'
    : 'warning';
}

function factsOf(death: Death, { hostLabel, now }: ExplainContext): readonly Fact[] {
  const { container } = death;
  const isWound = death.wound !== undefined;
  const facts: Fact[] = [
    { label: isWound ? t('Process ended') : t('Exit code'), value: exitWords(death.exit, container.runtime) },
    { label: isWound ? t('Hit') : t('Died'), value: clock(death.at), detail: ago(death.at, now) },
    { label: t('Host'), value: displayText(hostLabel, NAME_LIMIT) },
    { label: t('Container'), value: shortId(container.id), isCode: true, detail: runtimeText(container) },
  ];
  const [outer, ...further] = containersAround(container).map((around) =>
    displayText(containerLabel(around), NAME_LIMIT),
  );
  if (outer !== undefined) {
    const detail = further.map((name) => t('in {0}', name)).join(' ');
    facts.push({ label: t('Runs in'), value: outer, isCode: true, ...(detail !== '' && { detail }) });
  }
  if (container.image !== undefined) {
    facts.push({ label: t('Image'), value: displayText(container.image, NAME_LIMIT), isCode: true });
  }
  facts.push(...storyFacts(death));
  const { startedAt, restartCount } = container;
  if (!isWound && startedAt !== undefined && startedAt <= death.at) {
    facts.push({ label: t('Ran for'), value: formatDuration(death.at - startedAt) });
  }
  if (restartCount !== undefined && restartCount > 0) {
    facts.push({
      label: t('Restarts'),
      value: String(restartCount),
      ...(container.restartPolicy !== undefined && { detail: t('policy {0}', container.restartPolicy.name) }),
    });
  }
  return facts;
}

function runtimeText({ runtime }: ContainerIdentity): string {
  return runtime === 'unknown' ? t('runtime not known') : runtime;
}

export function clock(at: EpochUs): string {
  return new Date(at / US_PER_MS).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
}

function actorOf({ verdict, container }: Death): ActorModel {
  const { actor, victim, cause } = verdict;
  const { process } = actor;
  const words = actorWords(actor, cause);
  const hit =
    victim === undefined || victim.isMain || sameProcess(process, victim.process)
      ? undefined
      : t('It hit {0} ({1}), which is not the main process.', commandOf(victim.process), pidOf(victim.process));
  const requests = (actor.requester?.candidates ?? []).map((one) => ({
    intro: introOf(requesterTitle(one, container, actor.requester?.certainty === 'certain'), one.ancestry),
    chain: [one.process, ...one.ancestry].map(processModel),
  }));
  if (process === undefined) return { requests, intro: words, chain: [], victim: hit };
  return {
    requests,
    intro: introOf(words, actor.ancestry),
    chain: [process, ...actor.ancestry].map(processModel),
    victim: hit,
  };
}

function introOf(words: string, ancestry: readonly ProcessRef[]): string {
  return ancestry.length === 0 ? words : t('{0}, and what started it', words);
}

function processModel(process: ProcessRef): ProcessModel {
  const tty = process.tty === undefined ? '' : displayText(process.tty, TTY_LIMIT);
  return {
    command: commandOf(process, COMMAND_LIMIT),
    pid: pidOf(process),
    user: [userOf(process), tty].filter((part) => part !== '').join(' · '),
  };
}

function timelineOf(death: Death): readonly TimelineRow[] {
  const entries = collapse(death.evidence).filter(({ evidence }) => weightOf(evidence.data) > 0);
  const telling = new Set(chooseTelling(entries, death.at, TELLING_ROWS));
  // Far more than anybody reads: the newest matter, and raw evidence has all.
  return entries.slice(-MOST_ROWS).map((entry) => {
    const { evidence, count: times } = entry;
    const isDeath = isTheDeath(evidence.data);
    return {
      when: isDeath ? t('death') : distance(evidence.at - death.at),
      source: evidence.source,
      text: displayText(evidence.text),
      count: times,
      isDeath,
      isTelling: telling.has(entry),
    };
  });
}

function distance(us: number): string {
  if (Math.abs(us) < 1) return '0 s';
  return `${us < 0 ? '−' : '+'}${formatDuration(Math.abs(us))}`;
}

function saidOf({ verdict: { logClue } }: Death): SaidModel | undefined {
  if (logClue === undefined) return undefined;
  return {
    line: displayText(logClue.line),
    meaning: displayText(`${logClue.runtime}: ${logClue.explanation}`),
    place: placeText(logClue),
  };
}

function logOf({ logTail }: Death): LogModel | undefined {
  if (logTail === undefined || logTail.lines.length === 0) return undefined;
  const shown = logTail.lines.slice(-LOG_LINES);
  const hidden = logTail.lines.length - shown.length;
  return {
    lines: shown.map(({ at, stream, text }) => ({
      time: at === undefined ? '' : new Date(at / US_PER_MS).toLocaleTimeString(undefined, { hourCycle: 'h23' }),
      isError: stream === 'stderr',
      text: displayLogLine(text),
    })),
    remarks: [
      ...(hidden > 0 ? [count(hidden, '{0} earlier line', '{0} earlier lines')] : []),
      ...(logTail.truncated ? [t('The beginning was cut off.')] : []),
      ...(logTail.redactions > 0 ? [count(logTail.redactions, '{0} secret hidden', '{0} secrets hidden')] : []),
    ],
  };
}
