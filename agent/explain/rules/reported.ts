import { formatBytes } from '../../domain/bytes.ts';
import type { CauseId } from '../../domain/causes.ts';
import type { Actor, Requesters } from '../../domain/death.ts';
import type { EvidenceOf } from '../../domain/evidence.ts';
import { SIGRTMAX, Signal, signalName } from '../../domain/signals.ts';
import { US_PER_SECOND, formatDuration } from '../../domain/time.ts';
import type { Facts } from '../facts.ts';
import type { Finding, Rule } from '../finding.ts';
import { KERNEL, NOBODY_KNOWN, itself } from '../finding.ts';
import { clueAdvice, clueOf, lastWords } from '../log-clues.ts';
import { memoryAdvice } from '../memory-advice.ts';
import { askedBy, onRequest, whoAskedToKill, whoAskedToStop } from '../requesters.ts';
import { runtimeTitle } from '../runtime-words.ts';
import { announcedRequest, followsRequest } from '../stop-request.ts';

/**
 * Nobody watched the kernel when it happened: only a runtime's number, its announcements and the
 * kernel's log remain. They never make a verdict certain.
 */
export const reported: Rule = (facts) => {
  if (facts.status?.kind !== 'reported') return undefined;
  const { code } = facts.status;
  return fromKernelLog(facts) ?? fromRuntimeEvents(facts, code) ?? fromCode(facts, code);
};

const SIGNAL_BASE = 128;
const KILLED = SIGNAL_BASE + Signal.KILL;
const LOST_STATUS = 255;
const KILL_WINDOW_US = 10 * US_PER_SECOND;
const KERNEL_LOG_WINDOW_US = 5 * US_PER_SECOND;

function fromKernelLog(facts: Facts): Finding | undefined {
  const log = facts.kernelLogOoms.findLast(({ at }) => Math.abs(at - facts.diedAt) <= KERNEL_LOG_WINDOW_US);
  if (log === undefined || facts.status?.kind !== 'reported' || facts.status.code === 0) return undefined;
  const own = log.data.oomMemcg?.includes(facts.container.id) === true;
  const cause: CauseId = own ? 'oom.container' : log.data.constraint === 'none' ? 'oom.host' : 'oom.ancestor';
  const limit = facts.container.limits?.memoryBytes;
  const size = limit === undefined ? '' : ` of ${formatBytes(limit)}`;
  const where =
    cause === 'oom.container'
      ? `the container reached its memory limit${size}`
      : cause === 'oom.host'
        ? 'the machine ran out of memory'
        : 'a group that the container is a part of reached its memory limit';
  return {
    cause,
    certainty: 'likely',
    headline: `Out of memory: the kernel’s log says that a process of this container was killed because ${where}.`,
    actor: KERNEL,
    advice: memoryAdvice(facts, own ? limit : undefined),
    notes: ['The agent was not watching: whether that kill ended the container follows only from the time.'],
  };
}

function fromRuntimeEvents(facts: Facts, code: number): Finding | undefined {
  const killed = killedBy(facts, code);
  const asked = announcedRequest(facts, killed?.at ?? facts.diedAt);
  const title = runtimeTitle(facts);
  const stopper = asked === undefined ? undefined : whoAskedToStop(facts, asked.data.signal ?? Signal.TERM, asked.at);
  const killer = killed === undefined ? undefined : whoAskedToKill(facts, code - SIGNAL_BASE, killed.at);
  const common = { certainty: 'likely', advice: [] } as const;
  const runtime: Actor = { kind: 'runtime', ancestry: [] };
  if (asked !== undefined && killed?.data.signal === Signal.KILL) {
    return {
      ...common,
      cause: 'stop.forced',
      certainty: 'possible',
      actor: onRequest(runtime, stopper),
      headline: `${opening(facts, stopper)}${title} asked the container to stop and killed it ${formatDuration(killed.at - asked.at)} later. Whether the request ever reached the program, nobody saw.`,
    };
  }
  const signal = asked?.data.signal;
  if (
    code !== KILLED &&
    asked !== undefined &&
    signal !== undefined &&
    followsRequest(facts, code, { signal, at: asked.at })
  ) {
    return {
      ...common,
      cause: 'stop.graceful',
      actor: onRequest(runtime, stopper),
      headline: `${opening(facts, stopper)}${title} asked the container to stop (${signalName(signal)}), and it ended ${formatDuration(facts.diedAt - asked.at)} later with exit code ${String(code)}.`,
    };
  }
  if (killed === undefined) return undefined;
  const first = killed.data.signal === Signal.KILL ? ' without a request to stop first' : '';
  return {
    ...common,
    cause: 'kill.runtime',
    actor: onRequest(runtime, killer),
    headline: `Killed through ${title}: ${askedBy(facts, killer)}it was sent ${signalName(code - SIGNAL_BASE)}${first}.`,
  };
}

function opening(facts: Facts, requester: Requesters | undefined): string {
  return requester === undefined ? '' : `Ended on request: ${askedBy(facts, requester)}`;
}

/** A kill through the runtime, announced just before an end with the code of that very signal; not a stop signal. */
function killedBy(facts: Facts, code: number): EvidenceOf<'runtime_event'> | undefined {
  const kill = facts.runtimeEvents.findLast(
    ({ data, at }) =>
      data.action === 'kill' &&
      data.signal !== undefined &&
      code === SIGNAL_BASE + data.signal &&
      facts.diedAt - at <= KILL_WINDOW_US,
  );
  return kill === announcedRequest(facts, facts.diedAt) ? undefined : kill;
}

function fromCode(facts: Facts, code: number): Finding {
  const words = lastWords(facts);
  const said = words === undefined ? '' : ` Its last words: ${words}`;
  const title = runtimeTitle(facts);
  if (code === 0) {
    return {
      cause: 'exit.success',
      certainty: 'likely',
      headline: `It finished with exit code 0, says ${title}.`,
      actor: itself(undefined),
      advice: [],
    };
  }
  if (facts.runtimeState?.data.oomKilled === true && code === KILLED) {
    return {
      cause: 'oom.container',
      certainty: 'possible',
      headline: `${title} reports exit code 137 and OOMKilled: a process of the container ran out of memory, but nobody saw whether that ended the container.`,
      actor: NOBODY_KNOWN,
      advice: memoryAdvice(facts, facts.container.limits?.memoryBytes),
    };
  }
  if (code <= SIGNAL_BASE || (code > SIGNAL_BASE + SIGRTMAX && code !== LOST_STATUS)) {
    return {
      cause: 'exit.error',
      certainty: 'likely',
      headline: `It exited with code ${String(code)}, says ${title}.${said}`,
      actor: itself(undefined),
      advice: facts.clue === undefined ? [{ text: 'The reason is in the program’s own log.' }] : clueAdvice(facts),
      ...clueOf(facts),
    };
  }
  return {
    cause: 'unknown',
    certainty: 'unknown',
    headline: `Exit code ${String(code)}, and nobody saw why: ${couldBe(code)}.${said}`,
    actor: NOBODY_KNOWN,
    advice: [
      {
        text: 'The next death of this container will be explained if the agent is running when it happens.',
        command: 'inquest doctor',
      },
    ],
  };
}

function couldBe(code: number): string {
  if (code === LOST_STATUS) return 'the program can have returned it, or the real status was lost';
  const name = signalName(code - SIGNAL_BASE);
  return code === 137
    ? 'it can be a kill by somebody, a forced stop, running out of memory, or the program’s own exit code'
    : `it can be ${name}, or the program’s own exit code`;
}
