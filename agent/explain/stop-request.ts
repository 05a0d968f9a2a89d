import type { EvidenceOf } from '../domain/evidence.ts';
import { Signal } from '../domain/signals.ts';
import { US_PER_SECOND } from '../domain/time.ts';
import type { EpochUs } from '../domain/time.ts';
import type { Facts, Subject } from './facts.ts';
import { placeOf } from './senders.ts';

/** Longest grace period that is taken for one: Kubernetes users set an hour, hardly more. */
export const LONGEST_GRACE_US = 2 * 3_600 * US_PER_SECOND;
/** What a daemon may add to the grace period before it acts. */
export const GRACE_SLACK_US = 2 * US_PER_SECOND;
/** Docker's default when neither the container nor the caller says otherwise. */
const DEFAULT_GRACE_SECONDS = 10;

/** A request to stop that the runtime sent to the main process. */
export interface StopRequest {
  readonly sent: EvidenceOf<'signal_sent'>;
  readonly signal: number;
  /** From the request to the end, in microseconds. */
  readonly elapsedUs: number;
  /** The kernel handed it over; false when it was dropped for want of a handler. */
  readonly reached: boolean;
}

/** The first request of the last series: a client may repeat it while it waits. */
export function stopRequest(facts: Facts, subject: Subject): StopRequest | undefined {
  if (!subject.isMain) return undefined;
  const requests = subject.signals.filter(
    (sent) =>
      isStopSignal(facts, sent.data.signal) &&
      // A terminal hands its Ctrl-C on while a shim runs.
      sent.data.info === 'struct' &&
      placeOf(sent, facts.container) === 'runtime' &&
      subject.at - sent.at <= LONGEST_GRACE_US,
  );
  const last = requests.at(-1);
  if (last === undefined) return undefined;
  const first = requests.find((sent) => last.at - sent.at <= graceUs(facts) * 2) ?? last;
  return {
    sent: first,
    signal: first.data.signal,
    elapsedUs: Math.max(0, subject.at - first.at),
    reached: requests.some(({ data }) => data.result !== 'ignored'),
  };
}

export function graceUs(facts: Facts): number {
  return (facts.container.stopTimeoutSeconds ?? DEFAULT_GRACE_SECONDS) * US_PER_SECOND;
}

/** A request to stop that the runtime announced, whether or not the kernel's record of it is there. */
export function announcedRequest(facts: Facts, before: EpochUs): EvidenceOf<'runtime_event'> | undefined {
  return facts.runtimeEvents.findLast(
    ({ at, data }) =>
      data.action === 'kill' &&
      data.signal !== undefined &&
      isStopSignal(facts, data.signal) &&
      at <= before &&
      before - at <= LONGEST_GRACE_US,
  );
}

/**
 * Whether an exit is the effect of a request: a quick one is, a late one only when the code or the
 * runtime says so.
 */
export function followsRequest(facts: Facts, code: number, request: { signal: number; at: EpochUs }): boolean {
  if (facts.diedAt - request.at <= graceUs(facts) + GRACE_SLACK_US) return true;
  if (facts.runtimeEvents.some(({ data, at }) => data.action === 'stop' && at >= request.at)) return true;
  return code === 0 || code === 128 + request.signal;
}

/** The image's STOPSIGNAL where it is known; SIGTERM is always one, since orchestrators may override. */
function isStopSignal(facts: Facts, signal: number): boolean {
  return signal === Signal.TERM || (signal === facts.container.stopSignal && signal !== Signal.KILL);
}
