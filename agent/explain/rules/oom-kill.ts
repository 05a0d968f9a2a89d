import { dockerMemory, formatBytes } from '../../domain/bytes.ts';
import type { Advice } from '../../domain/death.ts';
import type { EvidenceOf, MemoryLevel } from '../../domain/evidence.ts';
import { isPodGroup } from '../../domain/cgroup-path.ts';
import { decidingLevel, podLevel } from '../../domain/memory-level.ts';
import { podOf } from '../../domain/workload.ts';
import { sameProcess } from '../../domain/process.ts';
import { Signal } from '../../domain/signals.ts';
import { US_PER_SECOND } from '../../domain/time.ts';
import { displayText } from '../../domain/display.ts';
import { shortId } from '../../domain/container.ts';
import type { Facts, Subject } from '../facts.ts';
import type { Absence, Finding, SignalRule } from '../finding.ts';
import { KERNEL } from '../finding.ts';
import { memoryAdvice } from '../memory-advice.ts';
import { biggestThere, victimsSize } from '../memory-biggest.ts';
import { subjectName } from '../words.ts';

/**
 * The kernel's out-of-memory killer chose this process. Which limit was reached is told by the level
 * whose own counter moved; no level moved means the machine (or a cpuset, or a memory policy).
 */
export const oomKill: SignalRule = (facts, subject) => {
  if (subject.status.kind !== 'signaled' || subject.status.signal !== Signal.KILL) return undefined;
  if (subject.oom === undefined) return fromKernelLog(facts, subject);
  // The kernel marks a process that is dying of something else as well, without a kill of its own.
  if (subject.fatal !== undefined && subject.fatal.data.info !== 'priv') return undefined;
  const finding = byLevel(facts, subject, subject.oom);
  const noKillSeen: Absence[] =
    subject.fatal === undefined ? [{ of: ['signal_sent'], since: subject.oom.at - KILL_BEFORE_MARK_US }] : [];
  return { ...finding, reliesOnAbsence: [...(finding.reliesOnAbsence ?? []), ...noKillSeen] };
};

/** A process that is told to die may take this long to be gone. */
const KILL_BEFORE_MARK_US = 10 * US_PER_SECOND;

function byLevel(facts: Facts, subject: Subject, oom: EvidenceOf<'oom_kill'>): Finding {
  const culprit = chosenBefore(facts, subject, oom);
  const victim = culprit ?? subject;
  const { levels } = (culprit?.oom ?? oom).data;
  const deciding = decidingLevel(levels, facts.container);
  const finding =
    deciding === undefined
      ? noLevelMoved(facts, victim)
      : deciding.isContainer || deciding.isNested
        ? withPodNote(ownLimit(facts, victim, deciding), deciding)
        : ancestorLimit(facts, victim, levels, deciding);
  return culprit === undefined ? finding : tookAlong(finding, subject);
}

/** Kills of a group follow one another this closely: the kernel writes of each to its console, which may be slow. */
const NEXT_OF_GROUP_US = US_PER_SECOND;

/** memory.oom.group: one event kills the chosen process first, and then all others of the group. */
function chosenBefore(facts: Facts, subject: Subject, oom: EvidenceOf<'oom_kill'>): Subject | undefined {
  const first = firstOfGroup(facts, oom);
  if (first === oom || sameProcess(first.data.victim, subject.process)) return undefined;
  const process = facts.processes.enrich(first.data.victim);
  return { ...subject, process, isMain: first.data.victimIsMain, at: first.at, signals: [], oom: first };
}

function firstOfGroup(facts: Facts, oom: EvidenceOf<'oom_kill'>): EvidenceOf<'oom_kill'> {
  const { levels } = oom.data;
  const reached = levels.findIndex(({ reachedLimit }) => reachedLimit);
  // What is above the limit that was reached decides nothing.
  const within = reached < 0 ? levels : levels.slice(0, reached + 1);
  if (!within.some(({ killsGroup }) => killsGroup)) return oom;
  return facts.ooms
    .filter(({ at, data }) => at < oom.at && sameProcess(data.trigger, oom.data.trigger))
    .reduceRight((next, before) => (next.at - before.at <= NEXT_OF_GROUP_US ? before : next), oom);
}

function tookAlong(finding: Finding, main: Subject): Finding {
  return {
    ...finding,
    headline: `${finding.headline.slice(0, -1)}; ${subjectName(main)} was killed with it.`,
    notes: [
      ...(finding.notes ?? []),
      'The kernel killed the whole group at once (memory.oom.group); the process named first is the one it had chosen.',
    ],
  };
}

function ownLimit(facts: Facts, subject: Subject, level: MemoryLevel | undefined): Finding {
  const limit = level === undefined ? facts.container.limits?.memoryBytes : level.limitBytes;
  const size = limit === undefined ? 'its memory limit' : `its memory limit of ${formatBytes(limit)}`;
  return {
    cause: 'oom.container',
    certainty: 'certain',
    headline: `Out of memory: the kernel killed ${subjectName(subject)} because the container reached ${size}.`,
    actor: KERNEL,
    subject,
    advice: memoryAdvice(facts, limit, subject),
    notes: [victimsSize(facts, subject)].filter((note) => note !== undefined),
  };
}

/** The container's limit decided, and yet its counter is not the one that moved. */
function withPodNote(finding: Finding, { reachedLimit }: MemoryLevel): Finding {
  if (reachedLimit) return finding;
  const note =
    'The kernel ran into the limit of the pod, which is the sum of its containers’ limits: what holds the pod together (its pause container) counts there, too. It rises with the container’s.';
  return { ...finding, notes: [...(finding.notes ?? []), note] };
}

function ancestorLimit(facts: Facts, subject: Subject, levels: readonly MemoryLevel[], level: MemoryLevel): Finding {
  const own = levels.find(({ isContainer }) => isContainer);
  if (level === podLevel(levels, facts.container)) return podLimit(facts, subject, own, level);
  const name = displayText(level.name, 64);
  const limit = level.limitBytes === undefined ? 'its limit' : `its limit of ${formatBytes(level.limitBytes)}`;
  return {
    cause: 'oom.ancestor',
    certainty: 'certain',
    headline: `Out of memory: the kernel killed ${subjectName(subject)} because the group that the container is a part of, ${name}, reached ${limit} for all its members together.`,
    actor: KERNEL,
    subject,
    advice: ancestorAdvice(own, name, level),
    notes: [ownUsage(own), biggestThere(facts, `below ${name}`)].filter((note) => note !== undefined),
  };
}

function podLimit(facts: Facts, subject: Subject, own: MemoryLevel | undefined, level: MemoryLevel): Finding {
  const limit = level.limitBytes === undefined ? 'its limit' : `its limit of ${formatBytes(level.limitBytes)}`;
  const { namespace = 'NAMESPACE', name = 'POD' } = podOf(facts.container) ?? {};
  return {
    cause: 'oom.ancestor',
    certainty: 'certain',
    headline: `Out of memory: the kernel killed ${subjectName(subject)} because the pod reached ${limit} for all its containers together.`,
    actor: KERNEL,
    subject,
    advice: [
      {
        text: 'A pod may use as much as its containers’ limits together. Look at the other containers of the pod, and at volumes in memory (emptyDir with medium: Memory), whose files count for as long as the pod lives; or raise the limit of the container that needs more.',
        command: `kubectl top pod --containers --namespace ${displayText(namespace, 253)} ${displayText(name, 253)}`,
      },
    ],
    notes: [ownUsage(own), biggestThere(facts, 'of the pod')].filter((note) => note !== undefined),
  };
}

function ownUsage(own: MemoryLevel | undefined): string {
  if (own === undefined) return 'The container’s own memory group was not among those examined.';
  const used = formatBytes(own.usageBytes);
  return own.limitBytes === undefined
    ? `The container itself used ${used} and has no limit of its own.`
    : `The container itself used ${used} of its own limit of ${formatBytes(own.limitBytes)}.`;
}

function ancestorAdvice(own: MemoryLevel | undefined, name: string, level: MemoryLevel): Advice[] {
  const limit = level.limitBytes ?? 0;
  const raised = limit + Math.ceil(limit / 4);
  const advice: Advice[] = [
    {
      text: `Everything below ${name} shares ${limit === 0 ? 'one limit' : formatBytes(limit)}: look at its other members, or raise that limit${limit === 0 ? '' : ` (a quarter more is ${formatBytes(raised)})`}.`,
    },
  ];
  if (own?.limitBytes === undefined && limit > 0) {
    const share = dockerMemory(limit / 2);
    advice.push({
      text: 'Give the container a limit of its own below the group’s, so that the one that grows is the one that is killed.',
      command: `docker update --memory ${share} --memory-swap ${share} CONTAINER`,
    });
  }
  return advice;
}

function noLevelMoved(facts: Facts, subject: Subject): Finding {
  const log = kernelLogFor(facts, subject);
  const constraint = log?.data.constraint;
  if (constraint === 'memcg') {
    return { ...ownLimit(facts, subject, undefined), certainty: 'likely' };
  }
  const there = biggestThere(facts, 'of the machine');
  const nodes =
    constraint === 'cpuset' || constraint === 'mempolicy'
      ? [
          `The kernel’s log says the memory of the allowed nodes ran out (constraint: ${constraint}), not of the whole machine.`,
        ]
      : [];
  return {
    cause: 'oom.host',
    certainty: constraint === 'none' ? 'certain' : 'likely',
    headline: `The machine ran out of memory and the kernel chose ${subjectName(subject)} to be killed.`,
    actor: KERNEL,
    subject,
    notes: there === undefined ? nodes : [...nodes, there],
    advice: [
      {
        text: 'No limit of the container was reached. Find what else used the memory of this machine, and give every container a memory limit so that one cannot take it from all.',
      },
      { text: 'Lower the chance of this container being chosen.', command: 'docker run --oom-score-adj -500 …' },
    ],
  };
}

/** The kernel's own record was lost; its log may still name the process. */
function fromKernelLog(facts: Facts, subject: Subject): Finding | undefined {
  const log = kernelLogFor(facts, subject);
  const fatal = subject.fatal;
  if (log === undefined || (fatal !== undefined && fatal.data.info !== 'priv')) return undefined;
  if (log.data.constraint === 'memcg') {
    const own = log.data.oomMemcg?.includes(facts.container.id) === true;
    if (own) return { ...ownLimit(facts, subject, undefined), certainty: 'likely' };
    const group = log.data.oomMemcg ?? '?';
    const above = isPodGroup(group) ? 'its pod' : `a group that the container is a part of, ${displayText(group, 64)},`;
    return {
      cause: 'oom.ancestor',
      certainty: 'likely',
      headline: `Out of memory: the kernel killed ${subjectName(subject)} because ${above} reached its limit for all its members together.`,
      actor: KERNEL,
      subject,
      advice: [
        {
          text: `Raise the limit of that group, or lower what its members use (container ${shortId(facts.container.id)} is one of them).`,
        },
      ],
    };
  }
  return log.data.constraint === 'none' ? { ...noLevelMoved(facts, subject), certainty: 'likely' } : undefined;
}

function kernelLogFor(facts: Facts, subject: Subject): EvidenceOf<'kernel_log_oom'> | undefined {
  return facts.kernelLogOoms.find(({ data }) => data.victimPid === subject.process.pid);
}
