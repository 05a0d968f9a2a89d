import type { Evidence, OrchestratorEvent, PodRef } from '../../domain/evidence.ts';
import type { EpochUs } from '../../domain/time.ts';
import { clip, given } from '../shared/identity-text.ts';
import { epochUs, foreign } from './pod-state.ts';
import type { ApiEvent } from './schemas.ts';

/** Events that tell why a container is ended. Everything else about a pod is told by its further life. */
const TELLING: ReadonlySet<string> = new Set([
  'Killing',
  'Unhealthy',
  'Evicted',
  'Preempted',
  'Preempting',
  'TaintManagerEviction',
  'DeadlineExceeded',
  'FailedPreStopHook',
  'ExceededGracePeriod',
]);

/** What the server need not send: the many events of every start. */
const NOISE = ['Scheduled', 'Pulling', 'Pulled', 'Created', 'Started', 'BackOff', 'FailedScheduling', 'FailedMount'];

export const EVENT_SELECTOR = ['involvedObject.kind=Pod', ...NOISE.map((reason) => `reason!=${reason}`)].join(',');

/** A readiness probe only takes a pod out of service. */
const READINESS = /^Readiness probe/i;
/** That it could not be made or started. Without its image nothing of it has ever been. */
const NO_START = /^Error: (?!ErrImage|ImagePull|InvalidImageName|ImageInspect)/;

function isTelling(reason: string, message: string): boolean {
  if (reason === 'Unhealthy') return !READINESS.test(message);
  if (reason === 'Failed') return NO_START.test(message);
  return TELLING.has(reason);
}

/** What a controller says when it deletes pods: all of them, or one that it names. */
const OF_JOB: ReadonlySet<string> = new Set([
  'DeadlineExceeded',
  'BackoffLimitExceeded',
  'PodFailurePolicy',
  'FailedIndexes',
  'MaxFailedIndexesExceeded',
  'Suspended',
]);
const NAME = /[a-z0-9](?:[-.a-z0-9]*[a-z0-9])?/g;

/** Does whoever made a pod tell why that is deleted? */
export function isOwnerWord({ reason = '', message = '' }: ApiEvent, podName: string): boolean {
  if (reason === 'ScalingReplicaSet' || OF_JOB.has(reason)) return true;
  return reason === 'SuccessfulDelete' && [...message.matchAll(NAME)].some(([name]) => name === podName);
}
const CONTAINER_PATH = /^spec\.(?:initC|ephemeralC|c)ontainers\{([^{}]{1,253})\}$/;

/** An Event as evidence, where it is of a pod of this node and tells something. */
export function eventRecord(
  event: ApiEvent,
  podOf: (event: ApiEvent) => PodRef | undefined,
): Evidence<OrchestratorEvent> | undefined {
  const { reason = '', message = '' } = event;
  const pod = isTelling(reason, message) ? podOf(event) : undefined;
  return pod === undefined ? undefined : recordOf(event, pod);
}

/** Whatever it says, as evidence about this pod. `undefined` without a time. */
export function recordOf(event: ApiEvent, pod: PodRef): Evidence<OrchestratorEvent> | undefined {
  const { reason = '', message = '' } = event;
  const at = lastSaidAt(event);
  if (at === undefined) return undefined;
  const container = CONTAINER_PATH.exec(event.involvedObject.fieldPath ?? '')?.[1];
  return {
    at,
    source: 'kubernetes',
    containerId: undefined,
    data: {
      kind: 'orchestrator_event',
      pod: { ...pod, ...given('container', container) },
      reason,
      message: foreign(message) ?? '',
      count: Math.max(1, event.series?.count ?? event.count ?? 1),
      ...given('reporter', clip(event.source?.component ?? event.reportingComponent)),
    },
  };
}

/** The same Event is written anew each time that the same happens. Which of its times it has depends on who wrote it. */
export function lastSaidAt({
  series,
  lastTimestamp,
  eventTime,
  firstTimestamp,
  metadata,
}: ApiEvent): EpochUs | undefined {
  const times = [series?.lastObservedTime, lastTimestamp, eventTime, firstTimestamp, metadata.creationTimestamp];
  return times.map(epochUs).find((at) => at !== undefined);
}
