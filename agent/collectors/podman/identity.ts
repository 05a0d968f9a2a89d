import type { ContainerIdentity, ContainerLimits, RestartPolicy } from '../../domain/container.ts';
import type { EvidenceOf } from '../../domain/evidence.ts';
import { redactText } from '../../domain/redact.ts';
import type { EpochUs } from '../../domain/time.ts';
import { parseRfc3339 } from '../../domain/time.ts';
import { boundedArgv, boundedLabels, clip, environmentNames, given, positive } from '../shared/identity-text.ts';
import type { Spec } from '../shared/oci-spec.ts';
import { limitsOfSpec, sharesHostPid } from '../shared/oci-spec.ts';
import type { LibpodContainer } from './database.ts';
import type { LibpodConfig, LibpodState } from './schemas.ts';
import { LibpodStatus } from './schemas.ts';

const TEXT_LENGTH = 2_048;

/** Identity from libpod's own record. How Podman was called (`CreateCommand`) has secrets and is not taken. */
export function identityOf({ config, state }: LibpodContainer, cgroupPath?: string): ContainerIdentity {
  const { spec } = config;
  return {
    id: config.id,
    source: 'runtime',
    runtime: 'podman',
    labels: boundedLabels(Object.entries(config.labels ?? {})),
    ...given('name', clip(config.name ?? undefined)),
    ...given('image', clip(imageOf(config))),
    ...given('imageDigest', clip(config.rootfsImageID ?? undefined)),
    ...given('createdAt', timeOf(config.createdTime)),
    ...given('startedAt', timeOf(state.startedTime)),
    ...given('entrypoint', boundedArgv(listOf(config.entrypoint))),
    ...given('command', boundedArgv(config.command ?? spec?.process?.args ?? undefined)),
    ...given('environmentNames', environmentNames(spec?.process?.env ?? undefined)),
    ...given('stopSignal', positive(config.stopSignal ?? undefined)),
    ...given('stopTimeoutSeconds', config.stopTimeout ?? undefined),
    ...given('limits', limitsOf(spec, config.shmSize)),
    ...given('restartPolicy', restartPolicyOf(config)),
    ...given('restartCount', state.restartCount ?? undefined),
    hasHealthCheck: (config.healthcheck?.Test ?? []).some((word) => word !== 'NONE'),
    usesInit: spec?.annotations?.['io.podman.annotations.init'] === 'TRUE',
    ...given('hostPid', sharesHostPid(spec)),
    ...(config.pause === true && { isSandbox: true }),
    ...given('mainPid', positive(state.pid ?? undefined)),
    ...given('cgroupPath', cgroupPath),
  };
}

/** Identity from the bundle's spec and the storage alone, where the database cannot or must not be read. */
export function identityOfSpec(
  id: string,
  spec: Spec | undefined,
  known: {
    readonly name?: string | undefined;
    readonly image?: string | undefined;
    readonly imageId?: string | undefined;
  },
): ContainerIdentity {
  const stopSignal = Number(spec?.annotations?.['org.opencontainers.image.stopSignal'] ?? '0');
  return {
    id,
    source: 'runtime',
    runtime: 'podman',
    labels: {},
    ...given('name', clip(known.name)),
    ...given('image', clip(known.image)),
    ...given('imageDigest', clip(known.imageId)),
    ...given('command', boundedArgv(spec?.process?.args ?? undefined)),
    ...given('environmentNames', environmentNames(spec?.process?.env ?? undefined)),
    ...given('stopSignal', Number.isSafeInteger(stopSignal) ? positive(stopSignal) : undefined),
    ...given('limits', limitsOf(spec, undefined)),
    usesInit: spec?.annotations?.['io.podman.annotations.init'] === 'TRUE',
    ...given('hostPid', sharesHostPid(spec)),
  };
}

/**
 * @param exitCode what conmon has left, which is there before libpod has heard of the end
 * @param at used while it runs
 */
export function stateOf(
  { config, state }: LibpodContainer,
  exitCode: number | undefined,
  at: EpochUs,
): EvidenceOf<'runtime_state'> {
  const ended = exitCode !== undefined || hasEnded(state);
  const finishedAt = hasEnded(state) ? timeOf(state.finishedTime) : undefined;
  const code = exitCode ?? state.exitCode ?? undefined;
  const error = state.error ?? '';
  return {
    at: ended ? (finishedAt ?? at) : at,
    source: 'podman',
    containerId: config.id,
    data: {
      kind: 'runtime_state',
      running: !ended && state.status !== LibpodStatus.created,
      ...(ended && given('exitCode', code)),
      ...(ended && hasEnded(state) && { oomKilled: state.oomKilled === true }),
      ...(error !== '' && { error: redactText(error.slice(0, TEXT_LENGTH)).text }),
      ...given('startedAt', timeOf(state.startedTime)),
      ...given('finishedAt', ended ? (finishedAt ?? at) : undefined),
    },
  };
}

export function hasEnded({ status }: LibpodState): boolean {
  return status === LibpodStatus.exited || status === LibpodStatus.stopped;
}

function timeOf(text: string | null | undefined): EpochUs | undefined {
  const at = parseRfc3339(text ?? '');
  // Go's zero time is in the year 1.
  return at === undefined || at <= 0 ? undefined : at;
}

function imageOf({ rootfsImageName, RawImageName: asked }: LibpodConfig): string | undefined {
  return rootfsImageName ?? asked ?? undefined;
}

function listOf(value: LibpodConfig['entrypoint']): readonly string[] | undefined {
  if (value === undefined || value === null) return undefined;
  return typeof value === 'string' ? [value] : value;
}

function limitsOf(spec: Spec | null | undefined, shmSize: number | null | undefined): ContainerLimits | undefined {
  const limits = { ...limitsOfSpec(spec), ...given('shmBytes', positive(shmSize ?? undefined)) };
  return Object.keys(limits).length === 0 ? undefined : limits;
}

function restartPolicyOf({ restart_policy: name, restart_retries: retries }: LibpodConfig): RestartPolicy | undefined {
  if (name !== 'no' && name !== 'always' && name !== 'unless-stopped' && name !== 'on-failure') return undefined;
  return { name, ...given('maximumRetries', positive(retries ?? undefined)) };
}
