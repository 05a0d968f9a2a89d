import type { ContainerIdentity, ContainerLimits, RestartPolicy } from '../../domain/container.ts';
import { REDACTED, redactArgv, redactText } from '../../domain/redact.ts';
import { parseSignal } from '../../domain/signals.ts';
import { parseRfc3339 } from '../../domain/time.ts';
import type { DockerEvent, Inspect } from './schemas.ts';

const LABELS_MAX = 64;
const LABEL_LENGTH = 256;
const ARGUMENTS_MAX = 256;
const ARGUMENT_LENGTH = 4_096;
const NAMES_MAX = 512;
const CUT = '…';
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
export function identityOf(inspect: Inspect, cgroupPath?: string): ContainerIdentity {
  const { Config: config, HostConfig: host, State: state } = inspect;
  const entrypoint = boundedArgv(config?.Entrypoint);
  const command = boundedArgv(config?.Cmd);
  return {
    id: inspect.Id,
    source: 'runtime',
    runtime: 'docker',
    labels: boundedLabels(Object.entries(config?.Labels ?? {})),
    ...given('name', clip(inspect.Name?.replace(/^\//, ''))),
    ...given('image', clip(config?.Image)),
    ...given('imageDigest', clip(inspect.Image)),
    ...given('createdAt', parseRfc3339(inspect.Created ?? '')),
    ...given('startedAt', parseRfc3339(state.StartedAt ?? '')),
    ...given('entrypoint', entrypoint),
    ...given('command', command),
    ...given('environmentNames', environmentNames(config?.Env)),
    ...given('stopSignal', parseSignal(config?.StopSignal ?? '')),
    ...given('stopTimeoutSeconds', config?.StopTimeout),
    ...given('limits', limitsOf(inspect)),
    ...given('restartPolicy', restartPolicyOf(host?.RestartPolicy)),
    ...given('restartCount', inspect.RestartCount),
    hasHealthCheck: state.Health !== undefined || (config?.Healthcheck?.Test ?? []).some((word) => word !== 'NONE'),
    usesInit: host?.Init === true,
    hostPid: host?.PidMode === 'host',
    ...given('mainPid', positive(state.Pid)),
    ...given('cgroupPath', cgroupPath),
  };
}

/** What an event says of a container that is gone before it could be inspected: name, image, labels. */
export function identityOfEvent({ Actor: actor }: DockerEvent): ContainerIdentity {
  const attributes = actor.Attributes ?? {};
  return {
    id: actor.ID,
    source: 'runtime',
    runtime: 'docker',
    labels: boundedLabels(Object.entries(attributes).filter(([key]) => !EVENT_ATTRIBUTES.has(key))),
    ...given('name', clip(attributes['name'])),
    ...given('image', clip(attributes['image'])),
  };
}

function given<K extends string, V>(key: K, value: V | undefined): Readonly<Partial<Record<K, V>>> {
  const out: Partial<Record<K, V>> = {};
  if (value !== undefined) out[key] = value;
  return out;
}

function positive(value: number | undefined): number | undefined {
  return value !== undefined && value > 0 ? value : undefined;
}

function clip(text: string | undefined, length = LABEL_LENGTH): string | undefined {
  if (text === undefined || text === '') return undefined;
  return text.length > length ? `${text.slice(0, length - CUT.length)}${CUT}` : text;
}

/** At most LABELS_MAX, each key and value at most LABEL_LENGTH; what was cut ends in `…`. */
function boundedLabels(entries: readonly (readonly [string, string])[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    entries.slice(0, LABELS_MAX).map(([key, value]) => [clip(key) ?? '', clip(redactLabel(key, value)) ?? '']),
  );
}

const ASSIGNED = '=';

/** A label is redacted as the assignment it is, so that its name counts. */
function redactLabel(key: string, value: string): string {
  const head = `${key.slice(0, LABEL_LENGTH)}${ASSIGNED}`;
  const { text } = redactText(`${head}${value}`);
  return text.startsWith(head) ? text.slice(head.length) : REDACTED;
}

function boundedArgv(argv: readonly string[] | undefined): readonly string[] | undefined {
  if (argv === undefined) return undefined;
  const bounded = argv.slice(0, ARGUMENTS_MAX).map((argument) => clip(argument, ARGUMENT_LENGTH) ?? '');
  return redactArgv(argv.length > ARGUMENTS_MAX ? [...bounded, CUT] : bounded).argv;
}

function environmentNames(environment: readonly string[] | undefined): readonly string[] | undefined {
  return environment?.slice(0, NAMES_MAX).map((entry) => clip(entry.split('=', 1)[0]) ?? '');
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
