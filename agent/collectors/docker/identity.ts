import type { ContainerIdentity, ContainerLimits, RestartPolicy } from '../../domain/container.ts';
import { parseSignal } from '../../domain/signals.ts';
import { parseRfc3339 } from '../../domain/time.ts';
import { boundedArgv, boundedLabels, clip, environmentNames, given, positive } from '../shared/identity-text.ts';
import type { Flavour } from './flavour.ts';
import { labelsOf, ofKubernetes } from './of-kubernetes.ts';
import type { DockerEvent, Inspect } from './schemas.ts';

const NANO_CPUS = 1_000_000_000;
const DEFAULT_CPU_PERIOD_US = 100_000;

/** Attributes of events that are not labels. A label of the same name is lost; Docker overwrites it. */
const EVENT_ATTRIBUTES: ReadonlySet<string> = new Set([
  'name',
  'image',
  'exitCode',
  'signal',
  'execID',
  'execDuration',
  'oldName',
  'container',
]);

/** Identity from `GET /containers/ID/json`. Values of the environment are never taken, only names. */
export function identityOf(inspect: Inspect, runtime: Flavour['runtime'], cgroupPath?: string): ContainerIdentity {
  const { Config: config, HostConfig: host, State: state } = inspect;
  const entrypoint = boundedArgv(config?.Entrypoint);
  const command = boundedArgv(config?.Cmd);
  return {
    id: inspect.Id,
    source: 'runtime',
    runtime,
    labels: boundedLabels(labelsOf(config?.Labels ?? {})),
    ...given('name', clip(inspect.Name?.replace(/^\//, ''))),
    ...given('image', clip(config?.Image)),
    ...given('imageDigest', clip(inspect.Image)),
    ...given('createdAt', parseRfc3339(inspect.Created ?? '')),
    ...given('startedAt', parseRfc3339(state.StartedAt ?? '')),
    ...given('entrypoint', entrypoint),
    ...given('command', command),
    // Docker writes null for no environment at all.
    ...given('environmentNames', config === undefined ? undefined : environmentNames(config.Env ?? [])),
    ...given('stopSignal', parseSignal(config?.StopSignal ?? '')),
    ...given('stopTimeoutSeconds', config?.StopTimeout),
    ...given('limits', limitsOf(inspect)),
    ...given('restartPolicy', restartPolicyOf(host?.RestartPolicy)),
    ...given('restartCount', inspect.RestartCount),
    hasHealthCheck: hasHealthCheck(inspect),
    usesInit: host?.Init === true,
    hostPid: host?.PidMode === 'host',
    ...given('mainPid', positive(state.Pid)),
    ...given('cgroupPath', cgroupPath),
    ...ofKubernetes(config?.Labels ?? {}),
  };
}

function hasHealthCheck({ Config: config, State: state }: Inspect): boolean {
  return state.Health !== undefined || (config?.Healthcheck?.Test ?? []).some((word) => word !== 'NONE');
}

/** What an event says of a container that is gone before it could be inspected: name, image, labels. */
export function identityOfEvent(
  { Actor: actor }: DockerEvent,
  runtime: Flavour['runtime'] = 'docker',
): ContainerIdentity {
  const attributes = actor.Attributes ?? {};
  const labels = Object.fromEntries(Object.entries(attributes).filter(([key]) => !EVENT_ATTRIBUTES.has(key)));
  return {
    id: actor.ID,
    source: 'runtime',
    runtime,
    labels: boundedLabels(labelsOf(labels)),
    ...given('name', clip(attributes['name'])),
    ...given('image', clip(attributes['image'])),
    ...ofKubernetes(labels),
  };
}

function limitsOf({ HostConfig: host }: Inspect): ContainerLimits | undefined {
  if (host === undefined) return undefined;
  const quota = positive(host.CpuQuota);
  const cpus =
    positive(host.NanoCpus) !== undefined
      ? (host.NanoCpus ?? 0) / NANO_CPUS
      : quota === undefined
        ? undefined
        : quota / (positive(host.CpuPeriod) ?? DEFAULT_CPU_PERIOD_US);
  return {
    ...given('memoryBytes', positive(host.Memory)),
    ...given('memorySwapBytes', positive(host.MemorySwap)),
    ...given('cpus', cpus),
    ...given('pids', positive(host.PidsLimit)),
    ...given('shmBytes', positive(host.ShmSize)),
  };
}

function restartPolicyOf(policy: NonNullable<Inspect['HostConfig']>['RestartPolicy']): RestartPolicy | undefined {
  if (policy === undefined) return undefined;
  const maximumRetries = positive(policy.MaximumRetryCount);
  switch (policy.Name) {
    case 'no':
    case '':
      return { name: 'no' };
    case 'always':
    case 'unless-stopped':
      return { name: policy.Name };
    case 'on-failure':
      return { name: 'on-failure', ...given('maximumRetries', maximumRetries) };
    default:
      return undefined;
  }
}
