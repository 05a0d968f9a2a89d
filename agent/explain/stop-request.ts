import type { EvidenceOf } from '../domain/evidence.ts';
import { Signal } from '../domain/signals.ts';
import { US_PER_SECOND } from '../domain/time.ts';
import type { Facts, Subject } from './facts.ts';
import { placeOf } from './senders.ts';

/** Longest grace period that is taken for one: Kubernetes users set an hour, hardly more. */
const LONGEST_GRACE_US = 2 * 3_600 * US_PER_SECOND;
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
      placeOf(sent, facts.container.id) === 'runtime' &&
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

/** The image's STOPSIGNAL where it is known; SIGTERM is always one, since orchestrators may override. */
function isStopSignal(facts: Facts, signal: number): boolean {
  return signal === Signal.TERM || (signal === facts.container.stopSignal && signal !== Signal.KILL);
}
