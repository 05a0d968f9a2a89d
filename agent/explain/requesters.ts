import type { Actor, Requester, Requesters } from '../domain/death.ts';
import type { EvidenceOf, RequestAction, RuntimeRequest } from '../domain/evidence.ts';
import { requestersClause } from '../domain/requester-words.ts';
import { sameProcess } from '../domain/process.ts';
import { Signal } from '../domain/signals.ts';
import { US_PER_SECOND } from '../domain/time.ts';
import type { EpochUs } from '../domain/time.ts';
import { isBlindTo } from './blind-spots.ts';
import type { Facts } from './facts.ts';
import { placeOf } from './senders.ts';
import type { Request } from './requests.ts';

/**
 * A runtime acts within half a second on a busy machine. What comes later may follow from something else: a request
 * can have been refused, and the answer is not seen.
 */
const PROMPT_US = 2 * US_PER_SECOND;
const SLOW_US = 20 * US_PER_SECOND;
/** How near the end of a grace period, a daemon's own delay included, its SIGKILL comes. */
const GRACE_END_US = 2 * US_PER_SECOND;

type Fits = (request: RuntimeRequest) => boolean;

/** Who asked for the stop that began with `signal`. */
export function whoAskedToStop(facts: Facts, signal: number, at: EpochUs): Requesters | undefined {
  return requesters(facts, at, ({ action, signal: asked, runtime }) => {
    if (action === 'stop' || action === 'restart') return true;
    // Podman asks before it removes; `docker kill --signal TERM` asks for the very signal.
    return action === 'remove' ? runtime === 'podman' : action === 'kill' && asked === signal;
  });
}

/** Who asked for the signal that ended it, without a request to stop before. */
export function whoAskedToKill(facts: Facts, signal: number, at: EpochUs): Requesters | undefined {
  return requesters(facts, at, (request) => {
    const { action, signal: asked = Signal.KILL, graceSeconds } = request;
    if (action === 'kill') return asked === signal;
    if (signal !== Signal.KILL) return false;
    if (action === 'remove') return true;
    return action !== 'unknown' && (graceSeconds === 0 || stopSignal(facts, request) === Signal.KILL);
  });
}

function stopSignal({ container }: Facts, { signal }: RuntimeRequest): number | undefined {
  return signal ?? container.stopSignal;
}

/**
 * Somebody who would not wait: between the request to stop and the SIGKILL there was a request to kill, or one to
 * stop with less time. The end of the grace period that was asked for first explains itself.
 */
export function whoLostPatience(facts: Facts, stopAt: EpochUs, killedAt: EpochUs): Requester | undefined {
  const isDue = ({ at, data }: Request): boolean => {
    const wait = killedAt - at;
    if (data.action === 'remove') return wait <= PROMPT_US;
    if (data.action === 'kill') return (data.signal ?? Signal.KILL) === Signal.KILL && wait <= PROMPT_US;
    if (data.action !== 'stop' && data.action !== 'restart') return false;
    const grace = (data.graceSeconds ?? Number.POSITIVE_INFINITY) * US_PER_SECOND;
    return Math.abs(wait - grace) <= GRACE_END_US;
  };
  const due = facts.requests.filter(({ at }) => at > stopAt && at <= killedAt).filter(isDue);
  const [one] = due;
  return due.length === 1 && one !== undefined ? requesterOf(one) : undefined;
}

/** The runtime as the actor, with whoever had it act. */
export function onRequest(actor: Actor, requester: Requesters | undefined): Actor {
  return requester === undefined ? actor : { ...actor, requester };
}

/** `alice ran `docker stop web`; ` before the sentence that tells what then happened; nothing when nobody was seen. */
export function askedBy(facts: Facts, requester: Requesters | undefined): string {
  return requester === undefined ? '' : `${requestersClause(requester, facts.container)}; `;
}

/**
 * Who can have asked for what the runtime did at `at`. A request that the runtime had answered by then with a signal
 * before is not looked at again. One alone, and prompt, is certain, unless another may have been lost.
 */
function requesters(facts: Facts, at: EpochUs, fits: Fits): Requesters | undefined {
  const sent = facts.subject?.signals.find(
    (signal) => signal.at === at && placeOf(signal, facts.container) === 'runtime',
  );
  const itself = sent === undefined ? undefined : withoutDaemon(sent);
  if (itself !== undefined) return { certainty: 'certain', candidates: [itself] };
  const before = facts.requests.filter((request) => request.at <= at && at - request.at <= SLOW_US);
  const told = before.filter(({ data }) => data.container !== undefined && data.action !== 'unknown' && fits(data));
  const answered = lastAnswer(facts, at);
  const fresh = told.filter((request) => request.at > answered);
  const named = withoutRepeats(fresh.length > 0 ? fresh : told);
  const [one] = named;
  if (one !== undefined) {
    const isCertain =
      named.length === 1 &&
      actedAt(sent, one, at) - one.at <= PROMPT_US &&
      one.at > answered &&
      !isBlindTo(facts, { of: ['runtime_request'], since: one.at - PROMPT_US });
    return { certainty: isCertain ? 'certain' : 'possible', candidates: named.map(requesterOf) };
  }
  const untold = withoutRepeats(before.filter(({ data }) => data.action === 'unknown' || data.container === undefined));
  return untold.length === 0 ? undefined : { certainty: 'possible', candidates: untold.map(requesterOf) };
}

const PODMAN_ACTIONS: ReadonlyMap<string, RequestAction> = new Map([
  ['stop', 'stop'],
  ['restart', 'restart'],
  ['kill', 'kill'],
  ['rm', 'remove'],
]);

/** When the runtime acted: the helper that it starts for each signal takes its time on a machine under load. */
function actedAt(sent: EvidenceOf<'signal_sent'> | undefined, request: Request, at: EpochUs): EpochUs {
  const startedAt = sent?.data.sender?.startedAt;
  return startedAt !== undefined && startedAt >= request.at ? Math.min(startedAt, at) : at;
}

/** Podman has no daemon: its command runs the low-level runtime itself, and stands among the parents of the sender. */
function withoutDaemon({ at, data: { ancestry } }: EvidenceOf<'signal_sent'>): Requester | undefined {
  const index = ancestry.findIndex(({ exe, containerId }) => exe === 'podman' && containerId === undefined);
  const podman = ancestry[index];
  // Its service answers requests at a socket like any daemon.
  if (podman?.argv === undefined || podman.argv.includes('service')) return undefined;
  const action = podman.argv.map((word) => PODMAN_ACTIONS.get(word)).find((known) => known !== undefined);
  return { at, runtime: 'podman', action: action ?? 'unknown', process: podman, ancestry: ancestry.slice(index + 1) };
}

/** When the runtime last signalled the main process before: what was asked until then it may have answered by that. */
function lastAnswer(facts: Facts, at: EpochUs): EpochUs {
  const signals = facts.subject?.signals ?? [];
  const earlier = signals.filter((sent) => sent.at < at && placeOf(sent, facts.container) === 'runtime');
  return earlier.at(-1)?.at ?? Number.NEGATIVE_INFINITY;
}

/** A client that asks twice is one client; its first request counts. */
function withoutRepeats(requests: readonly Request[]): Request[] {
  return requests.filter(
    ({ data }, index) => requests.findIndex((other) => sameProcess(other.data.client, data.client)) === index,
  );
}

function requesterOf({ at, data }: Request): Requester {
  const { runtime, action, client, ancestry, clientContainer } = data;
  return {
    at,
    runtime,
    action,
    process: client,
    // What started the container that it runs in has no part in it.
    ancestry: ancestry.filter(
      ({ containerId }) => client.containerId === undefined || containerId === client.containerId,
    ),
    ...(clientContainer === undefined ? {} : { containerName: clientContainer }),
  };
}
