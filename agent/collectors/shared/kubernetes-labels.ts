import { clip } from './identity-text.ts';

/** What kubelet writes on every container and sandbox that it makes. */
export const LABEL = {
  container: 'io.kubernetes.container.name',
  pod: 'io.kubernetes.pod.name',
  namespace: 'io.kubernetes.pod.namespace',
  uid: 'io.kubernetes.pod.uid',
} as const;

export const ANNOTATION = {
  restartCount: 'io.kubernetes.container.restartCount',
  gracePeriod: 'io.kubernetes.pod.terminationGracePeriod',
  terminationMessagePath: 'io.kubernetes.container.terminationMessagePath',
} as const;

/** Kubernetes' default when the pod does not say otherwise. */
export const DEFAULT_GRACE_SECONDS = 30;

const WHOLE = /^\d{1,9}$/;

/** `web-7d4b9c6f5-x2x7k/app`: containers of the same name are in every pod of a workload. */
export function nameInPod(name: string | undefined, pod: string | undefined): string | undefined {
  return clip(pod === undefined || name === undefined ? (name ?? pod) : `${pod}/${name}`);
}

/** A count or a number of seconds, as kubelet writes it down. */
export function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && WHOLE.test(text) ? Number(text) : undefined;
}
