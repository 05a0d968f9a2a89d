import type { OrchestratorProbe, OrchestratorState, PodRef } from '../../domain/evidence.ts';
import { redactArgv, redactText } from '../../domain/redact.ts';
import { US_PER_MS, US_PER_SECOND } from '../../domain/time.ts';
import type { EpochUs } from '../../domain/time.ts';
import { clip, given } from '../shared/identity-text.ts';
import type { Pod, PodContainer, PodProbe } from './schemas.ts';

const MESSAGE_MAX = 1_024;
const CHECK_MAX = 200;
const CONTAINERS_MAX = 256;

/** What is known of a pod, once for each of its containers. */
export function statesOf(pod: Pod): OrchestratorState[] {
  const { spec, status } = pod;
  const statuses = [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])];
  const common = commonOf(pod);
  return [...spec.containers, ...spec.initContainers].slice(0, CONTAINERS_MAX).map((container) => ({
    ...common,
    pod: { ...podRef(pod), container: clip(container.name) ?? '' },
    ...given('restarts', statuses.find(({ name }) => name === container.name)?.restartCount),
    ...given('sidecar', spec.initContainers.includes(container) ? sidecarOf(container, pod) : undefined),
    probes: [...probeOf('liveness', container.livenessProbe), ...probeOf('startup', container.startupProbe)],
  }));
}

/** An init container that is to run beside the pod's own, and is stopped when those have ended. */
function sidecarOf({ restartPolicy }: PodContainer, { spec, status }: Pod): OrchestratorState['sidecar'] {
  if (restartPolicy !== 'Always') return undefined;
  const ended = (status?.containerStatuses ?? []).filter(({ state }) => state?.terminated !== undefined);
  return { othersEnded: ended.length > 0 && ended.length >= spec.containers.length };
}

/** kubelet's own name for a pod that it runs from a file: what the API shows of such a one has another uid. */
const STATIC_POD_UID = 'kubernetes.io/config.hash';

export function podRef({ metadata }: Pod): PodRef {
  return {
    uid: clip(metadata.annotations[STATIC_POD_UID] ?? metadata.uid) ?? '',
    namespace: clip(metadata.namespace) ?? 'default',
    name: clip(metadata.name) ?? '',
  };
}

function commonOf({ metadata, spec, status }: Pod): Omit<OrchestratorState, 'pod' | 'probes'> {
  const disruption = status?.conditions?.find(({ type, status: is }) => type === 'DisruptionTarget' && is === 'True');
  const disruptedAt = epochUs(disruption?.lastTransitionTime);
  const deletion = deletedAt(metadata);
  return {
    kind: 'orchestrator_state',
    ...given('workload', workloadOf(metadata)),
    ...given('reason', clip(status?.reason, MESSAGE_MAX)),
    ...given('message', foreign(status?.message)),
    ...given('deletedAt', deletion),
    ...given('deletionGraceSeconds', deletion === undefined ? undefined : graceSeconds(metadata)),
    ...given(
      'disruption',
      disruption?.reason === undefined || disruptedAt === undefined
        ? undefined
        : { reason: disruption.reason, message: foreign(disruption.message) ?? '', at: disruptedAt },
    ),
    ...given('deadlineSeconds', spec.activeDeadlineSeconds),
  };
}

function graceSeconds({ deletionGracePeriodSeconds }: Pod['metadata']): number {
  return deletionGracePeriodSeconds ?? 0;
}

/** When its deletion was asked for: the API writes down when the pod is to be gone. */
export function deletedAt(metadata: Pod['metadata']): EpochUs | undefined {
  const goneAt = epochUs(metadata.deletionTimestamp);
  return goneAt === undefined ? undefined : goneAt - graceSeconds(metadata) * US_PER_SECOND;
}

/** A Deployment has its pods made by a ReplicaSet, and names that after itself and the template's hash. */
export function workloadOf({ ownerReferences, labels }: Pod['metadata']): OrchestratorState['workload'] {
  const owner = ownerReferences.find(({ controller }) => controller === true) ?? ownerReferences[0];
  if (owner === undefined || owner.kind === 'Node') return undefined;
  const hash = labels['pod-template-hash'];
  const { kind, name } = owner;
  if (kind === 'ReplicaSet' && hash !== undefined && name.endsWith(`-${hash}`)) {
    return { kind: 'Deployment', name: clip(name.slice(0, -hash.length - 1)) ?? '' };
  }
  return { kind: clip(kind) ?? '', name: clip(name) ?? '' };
}

/** Kubernetes' defaults where the pod does not say otherwise; its API fills them in. */
const DEFAULTS = { periodSeconds: 10, timeoutSeconds: 1, failureThreshold: 3 } as const;

function probeOf(kind: OrchestratorProbe['kind'], probe: PodProbe | undefined): OrchestratorProbe[] {
  if (probe === undefined) return [];
  const { periodSeconds, timeoutSeconds, failureThreshold } = probe;
  return [
    {
      kind,
      check: clip(checkOf(probe), CHECK_MAX) ?? '',
      periodSeconds: periodSeconds ?? DEFAULTS.periodSeconds,
      timeoutSeconds: timeoutSeconds ?? DEFAULTS.timeoutSeconds,
      failureThreshold: failureThreshold ?? DEFAULTS.failureThreshold,
    },
  ];
}

function checkOf({ httpGet, tcpSocket, grpc, exec }: PodProbe): string {
  if (httpGet !== undefined) return redactText(`GET :${String(httpGet.port ?? '?')}${httpGet.path ?? '/'}`).text;
  if (tcpSocket !== undefined) return `connect to :${String(tcpSocket.port ?? '?')}`;
  if (grpc !== undefined) return `gRPC :${String(grpc.port ?? '?')}`;
  return exec?.command === undefined ? 'check' : redactArgv(exec.command).argv.join(' ');
}

/** Text that somebody else wrote, without secrets and of a sane length. */
export function foreign(text: string | undefined): string | undefined {
  return text === undefined ? undefined : clip(redactText(text.slice(0, MESSAGE_MAX * 2)).text, MESSAGE_MAX);
}

/** RFC 3339, as the API writes it: whole seconds, or microseconds for some events. */
export function epochUs(text: string | undefined): EpochUs | undefined {
  const ms = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(ms) ? undefined : ms * US_PER_MS;
}
