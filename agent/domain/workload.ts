import type { ContainerIdentity } from './container.ts';
import type { PodRef } from './evidence.ts';

/** Labels by which runtimes say to whom a container belongs. */
const COMPOSE = { project: 'com.docker.compose.project', service: 'com.docker.compose.service' } as const;
const KUBERNETES = {
  namespace: 'io.kubernetes.pod.namespace',
  pod: 'io.kubernetes.pod.name',
  container: 'io.kubernetes.container.name',
  uid: 'io.kubernetes.pod.uid',
} as const;

const PART_LENGTH = 256;

/** What Kubernetes appends to the name of a pod: no vowels, and no digits that look like letters. */
const POD_SUFFIX = /(?:-[bcdfghjklmnpqrstvwxz2456789]{8,10})?-[bcdfghjklmnpqrstvwxz2456789]{5}$/;

/**
 * What stays the same when a container is made anew: its service in Compose, its container in a
 * workload of Kubernetes, its name, else its own id. Not for showing.
 */
export function workloadKey({ id, name, labels }: ContainerIdentity): string {
  const project = labels[COMPOSE.project];
  const service = labels[COMPOSE.service];
  if (project !== undefined && service !== undefined) return key('compose', project, service);
  const container = labels[KUBERNETES.container];
  const pod = labels[KUBERNETES.pod];
  if (container !== undefined && pod !== undefined) {
    return key('pod', labels[KUBERNETES.namespace] ?? '', pod.replace(POD_SUFFIX, ''), container);
  }
  return name === undefined ? key('id', id) : key('name', name);
}

/** The pod that a container belongs to, by the labels that kubelet writes; `undefined` for any other container. */
export function podOf({ labels, cgroupPath }: ContainerIdentity): Partial<PodRef> | undefined {
  const { namespace, pod: name, container, uid: label } = KUBERNETES;
  const uid = labels[label] ?? uidInPath(cgroupPath);
  if (uid === undefined && labels[name] === undefined) return undefined;
  const parts = { uid, namespace: labels[namespace], name: labels[name], container: labels[container] };
  return Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined));
}

/** The same as the labels of one of its containers. */
export function podLabels({ uid, namespace, name, container }: PodRef): Readonly<Record<string, string>> {
  const own = container === undefined ? {} : { [KUBERNETES.container]: container };
  return { [KUBERNETES.namespace]: namespace, [KUBERNETES.pod]: name, [KUBERNETES.uid]: uid, ...own };
}

/** Labels and their values by which a person may ask for a pod, or for one of its containers. */
export type PodQuery = Readonly<Record<string, string>>;

/** `POD`, `NAMESPACE/POD`, `NAMESPACE/POD/CONTAINER`; `undefined` for what can be none of them. */
export function podQuery(text: string): PodQuery | undefined {
  const parts = text.split('/');
  const [first = '', second, third, ...rest] = parts;
  if (rest.length > 0 || parts.some((part) => part === '')) return undefined;
  if (second === undefined) return { [KUBERNETES.pod]: first };
  const pod = { [KUBERNETES.namespace]: first, [KUBERNETES.pod]: second };
  return third === undefined ? pod : { ...pod, [KUBERNETES.container]: third };
}

export function isOfPod({ labels }: Pick<ContainerIdentity, 'labels'>, query: PodQuery): boolean {
  return Object.entries(query).every(([key, value]) => labels[key] === value);
}

/** kubelet names a pod's cgroup by its uid; the driver of systemd has no dashes within a name. */
const POD_CGROUP = /[/-]pod([0-9a-f]{8}(?:[-_][0-9a-f]{4}){3}[-_][0-9a-f]{12}|[0-9a-f]{32})(?:\.slice)?(?:\/|$)/;

function uidInPath(path: string | undefined): string | undefined {
  return POD_CGROUP.exec(path ?? '')?.[1]?.replaceAll('_', '-');
}

function key(...parts: readonly string[]): string {
  return parts.map((part) => part.slice(0, PART_LENGTH)).join('\n');
}
