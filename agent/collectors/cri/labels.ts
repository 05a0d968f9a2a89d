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
