import { displayText } from '../domain/display.ts';
import type { OrchestratorEvent, OrchestratorProbe, OrchestratorState } from '../domain/evidence.ts';
import { US_PER_SECOND, formatDuration } from '../domain/time.ts';
import type { EpochUs } from '../domain/time.ts';

/** What Kubernetes tells, in a person's words. Texts are in display form. */

const NAME_LIMIT = 253;
const QUOTE_LIMIT = 160;

/** `shop/web-7d4b9c6f5-x2x7k`. */
export function podName({ pod }: Pick<OrchestratorState, 'pod'>): string {
  return displayText(`${pod.namespace}/${pod.name}`, NAME_LIMIT);
}

/** `Deployment web`; empty for a pod that belongs to nobody. */
export function workloadName({ workload }: OrchestratorState): string {
  return workload === undefined ? '' : displayText(`${workload.kind} ${workload.name}`, NAME_LIMIT);
}

/** What was said, as a quote; empty for nothing. */
export function quoted(text: string | undefined): string {
  const said = displayText((text ?? '').trim(), QUOTE_LIMIT);
  return said === '' ? '' : ` (“${said}”)`;
}

/** `liveness probe GET :8080/healthz, every 10 s within 1 s, fails for good after 3`. */
export function probeWords({
  kind,
  check,
  periodSeconds,
  timeoutSeconds,
  failureThreshold,
}: OrchestratorProbe): string {
  return `${kind} probe ${displayText(check, QUOTE_LIMIT)}, every ${String(periodSeconds)} s within ${String(timeoutSeconds)} s, given up after ${String(failureThreshold)} ${failureThreshold === 1 ? 'failure' : 'failures'}`;
}

/** The sentence for a pod's state among the evidence. */
export function stateWords(state: OrchestratorState): string {
  const { reason, message, disruption, deletedAt, deletionGraceSeconds, restarts = 0, sidecar } = state;
  const owner = workloadName(state);
  const grace = deletionGraceSeconds === undefined ? '' : ` with ${String(deletionGraceSeconds)} s to stop`;
  return [
    `Kubernetes keeps: pod ${podName(state)}${owner === '' ? '' : ` of ${owner}`}`,
    restarts > 0 ? `container restarted ${String(restarts)} ${restarts === 1 ? 'time' : 'times'}` : '',
    reason === undefined ? '' : `ended as ${displayText(reason, 64)}${quoted(message)}`,
    disruption === undefined ? '' : `to be ended: ${displayText(disruption.reason, 64)}${quoted(disruption.message)}`,
    deletedAt === undefined ? '' : `being deleted${grace}`,
    sidecar === undefined ? '' : `a sidecar${sidecar.othersEnded ? '; the pod’s own containers have ended' : ''}`,
    ...state.probes.map(probeWords),
  ]
    .filter((part) => part !== '')
    .join('; ');
}

export function eventWords({ count, reporter, reason, message }: OrchestratorEvent): string {
  const times = count > 1 ? `, ${String(count)} times so far` : '';
  const by = reporter === undefined ? 'Kubernetes' : displayText(reporter, 64);
  return `${by} announced ${displayText(reason, 64)}${times}${quoted(message)}`;
}

/** The shortest that is told in seconds: times of Kubernetes are of whole ones, cut off. */
const TOLD_US = 3 * US_PER_SECOND;

/** How long before, where that is more than the time itself is exact to. */
export function sinceWords(from: EpochUs, to: EpochUs): string {
  const us = to - from;
  if (us < TOLD_US) return 'just before';
  const seconds = Math.round(us / US_PER_SECOND);
  return `${seconds < 60 ? `${String(seconds)} s` : formatDuration(seconds * US_PER_SECOND)} before`;
}
