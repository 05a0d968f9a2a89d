import type { ContainerIdentity } from '../../../domain/container.ts';
import type { EvidenceOf } from '../../../domain/evidence.ts';
import type { EpochUs } from '../../../domain/time.ts';
import { boundedArgv, boundedLabels, clip, environmentNames, given, positive } from '../../shared/identity-text.ts';
import { limitsOfSpec, parseBounded, sharesHostPid, SpecSchema } from '../../shared/oci-spec.ts';
import { TaskStatus } from './api.ts';
import type { ContainerdDescription } from './client.ts';

const NERDCTL_NAME = 'nerdctl/name';
/** Ours: containerd's namespace is a property of the container, not a label. */
const NAMESPACE_LABEL = 'containerd.io/namespace';

/** Identity from containerd's own records: nerdctl writes names and more as labels, ctr's ids are names. */
export function identityOf(
  { container, namespace, task, imageDigest }: ContainerdDescription,
  cgroupPath?: string,
): ContainerIdentity {
  const { id, labels, image, createdAt } = container;
  const value = container.spec?.value;
  const spec = parseBounded(value === undefined ? undefined : Buffer.from(value).toString('utf8'), SpecSchema);
  const limits = limitsOfSpec(spec);
  return {
    id,
    source: 'runtime',
    runtime: 'containerd',
    labels: boundedLabels([[NAMESPACE_LABEL, namespace], ...Object.entries(labels)]),
    ...given('name', clip(labels[NERDCTL_NAME] ?? id)),
    ...given('image', clip(image)),
    ...given('imageDigest', clip(imageDigest)),
    ...given('createdAt', createdAt),
    ...given('command', boundedArgv(spec?.process?.args ?? undefined)),
    ...given('environmentNames', environmentNames(spec?.process?.env ?? undefined)),
    ...given('limits', Object.keys(limits).length === 0 ? undefined : limits),
    ...given('hostPid', sharesHostPid(spec)),
    ...given('mainPid', positive(task?.pid)),
    ...given('cgroupPath', cgroupPath),
  };
}

/** @param at used while it runs */
export function stateOf({ container, task }: ContainerdDescription, at: EpochUs): EvidenceOf<'runtime_state'> {
  const stopped = task?.status === TaskStatus.stopped;
  return {
    at: stopped ? (task.exitedAt ?? at) : at,
    source: 'containerd',
    containerId: container.id,
    data: {
      kind: 'runtime_state',
      running: task !== undefined && !stopped,
      ...(stopped && { exitCode: task.exitStatus }),
      ...(stopped && given('finishedAt', task.exitedAt)),
    },
  };
}
