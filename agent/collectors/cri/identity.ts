import type { ContainerIdentity, ContainerLimits, RuntimeName } from '../../domain/container.ts';
import { boundedArgv, boundedLabels, clip, environmentNames, given, positive } from '../shared/identity-text.ts';
import { ANNOTATION, DEFAULT_GRACE_SECONDS, LABEL, nameInPod, wholeNumber } from '../shared/kubernetes-labels.ts';
import type { CriInfo, CriSandbox, CriStatus } from './schemas.ts';
import { limitsOfSpec, sharesHostPid } from '../shared/oci-spec.ts';

const DEFAULT_CPU_PERIOD_US = 100_000;

/** Identity of a container from CRI's status, what `verbose` adds to it, and its pod. */
export function identityOf(
  { status }: CriStatus,
  info: CriInfo | undefined,
  sandbox: CriSandbox | undefined,
  runtime: RuntimeName,
  cgroupPath?: string,
): ContainerIdentity {
  const { labels, annotations } = status;
  const process = info?.runtimeSpec?.process;
  const name = status.metadata?.name ?? labels[LABEL.container];
  return {
    id: status.id,
    source: 'runtime',
    runtime,
    labels: kubernetesFirst(labels, sandbox),
    ...given('name', nameInPod(name, sandbox?.metadata?.name ?? labels[LABEL.pod])),
    ...given('image', clip(imageOf(status))),
    ...given('imageDigest', clip(status.imageRef)),
    ...given('createdAt', status.createdAt),
    ...given('startedAt', status.startedAt),
    ...given('command', boundedArgv(process?.args ?? undefined)),
    ...given('environmentNames', environmentNames(process?.env ?? undefined)),
    ...given('stopTimeoutSeconds', graceSeconds(annotations)),
    ...given('limits', limitsOf(status, info)),
    ...given('restartCount', restartCount(status)),
    ...given('hostPid', sharesHostPid(info?.runtimeSpec)),
    ...given('mainPid', positive(info?.pid)),
    ...given('cgroupPath', cgroupPath),
  };
}

/** The sandbox itself: its pause container is a container to the kernel. */
export function identityOfSandbox(sandbox: CriSandbox, runtime: RuntimeName): ContainerIdentity {
  return {
    id: sandbox.id,
    source: 'runtime',
    runtime,
    isSandbox: true,
    labels: kubernetesFirst(sandbox.labels, sandbox),
    ...given('name', clip(sandbox.metadata?.name)),
    ...given('createdAt', sandbox.createdAt),
  };
}

/** Labels are bounded in number: those that say where it belongs come first, also where only the pod has them. */
function kubernetesFirst(
  labels: Readonly<Record<string, string>>,
  sandbox: CriSandbox | undefined,
): Readonly<Record<string, string>> {
  const { metadata } = sandbox ?? {};
  const known = [
    [LABEL.namespace, metadata?.namespace],
    [LABEL.pod, metadata?.name],
    [LABEL.uid, metadata?.uid],
    [LABEL.container, labels[LABEL.container]],
  ].flatMap(([key, value]) =>
    key === undefined || value === undefined || value === '' ? [] : [[key, value] as const],
  );
  const seen = new Set(known.map(([key]) => key));
  const rest = { ...sandbox?.labels, ...labels };
  return boundedLabels([...known, ...Object.entries(rest).filter(([key]) => !seen.has(key))]);
}

/** What the user wrote, where the runtime keeps it; a bare digest says nothing to anybody. */
function imageOf({ image, imageRef }: CriStatus['status']): string {
  const named = [image?.userSpecifiedImage, image?.image].find(
    (text) => text !== undefined && text !== '' && !text.startsWith('sha256:'),
  );
  return named ?? (image?.image === undefined || image.image === '' ? imageRef : image.image);
}

/** Without kubelet's annotation nobody promises a grace period. */
function graceSeconds(annotations: Readonly<Record<string, string>>): number | undefined {
  const own = wholeNumber(annotations[ANNOTATION.gracePeriod]);
  if (own !== undefined) return own;
  return annotations[ANNOTATION.restartCount] === undefined ? undefined : DEFAULT_GRACE_SECONDS;
}

function restartCount({ annotations, metadata }: CriStatus['status']): number | undefined {
  return wholeNumber(annotations[ANNOTATION.restartCount]) ?? metadata?.attempt;
}

/** By the status, and over it by the spec that runs. */
function limitsOf({ resources }: CriStatus['status'], info: CriInfo | undefined): ContainerLimits | undefined {
  const status = resources?.linux;
  const quota = status?.cpuQuota;
  const limits: ContainerLimits = {
    ...given('memoryBytes', status?.memoryLimitInBytes),
    ...given('memorySwapBytes', status?.memorySwapLimitInBytes),
    ...given('cpus', quota === undefined ? undefined : quota / (status?.cpuPeriod ?? DEFAULT_CPU_PERIOD_US)),
    ...limitsOfSpec(info?.runtimeSpec),
  };
  return Object.keys(limits).length === 0 ? undefined : limits;
}
