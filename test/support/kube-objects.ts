import { randomUUID } from 'node:crypto';

/** Objects as the API server of Kubernetes 1.31 writes them, with what these tests look at and some of the rest. */

export interface PodOptions {
  readonly uid?: string;
  readonly name?: string;
  readonly namespace?: string;
  readonly node?: string;
  readonly container?: string;
  readonly metadata?: object;
  readonly spec?: object;
  readonly status?: object;
  readonly probe?: object;
}

/** A pod of the Deployment `web`. */
export function podObject(options: PodOptions = {}): KubeObject {
  const { uid = randomUUID(), name = 'web-7d4b9c6f5-x2x7k', namespace = 'shop', node = 'n1' } = options;
  const { container = 'app', metadata, spec, status, probe } = options;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace,
      uid,
      creationTimestamp: '2026-11-23T06:17:00Z',
      labels: { app: 'web', 'pod-template-hash': '7d4b9c6f5' },
      ownerReferences: [
        { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web-7d4b9c6f5', uid: randomUUID(), controller: true },
      ],
      managedFields: [{ manager: 'kubelet', operation: 'Update', apiVersion: 'v1', fieldsV1: { 'f:status': {} } }],
      ...metadata,
    },
    spec: {
      nodeName: node,
      terminationGracePeriodSeconds: 30,
      containers: [{ name: container, image: 'shop/web:1.42', resources: {}, livenessProbe: probe ?? LIVENESS }],
      ...spec,
    },
    status: {
      phase: 'Running',
      conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: '2026-11-23T06:17:04Z' }],
      containerStatuses: [{ name: container, restartCount: 2, ready: true, state: { running: {} } }],
      ...status,
    },
  };
}

const LIVENESS = {
  httpGet: { path: '/healthz', port: 8080, scheme: 'HTTP' },
  timeoutSeconds: 1,
  periodSeconds: 10,
  successThreshold: 1,
  failureThreshold: 3,
};

export interface EventOptions {
  readonly pod: KubeObject;
  readonly reason: string;
  readonly message: string;
  readonly container?: string;
  readonly at?: Date;
  readonly count?: number;
  readonly more?: object;
}

/** An Event of kubelet: its times are whole seconds. */
export function eventObject({ pod, reason, message, container, at, count = 1, more }: EventOptions): KubeObject {
  const { name, namespace, uid } = pod.metadata;
  const time = (at ?? new Date()).toISOString().replace(/\.\d+Z$/, 'Z');
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `${String(name)}.${randomUUID()}`, namespace, uid: randomUUID(), creationTimestamp: time },
    involvedObject: {
      apiVersion: 'v1',
      kind: 'Pod',
      name,
      namespace,
      uid,
      ...(container === undefined ? {} : { fieldPath: `spec.containers{${container}}` }),
    },
    reason,
    message,
    source: { component: 'kubelet', host: 'n1' },
    type: reason === 'Killing' ? 'Normal' : 'Warning',
    firstTimestamp: time,
    lastTimestamp: time,
    eventTime: null,
    count,
    reportingComponent: 'kubelet',
    reportingInstance: 'n1',
    ...more,
  };
}

/** What every object of the API has. */
export interface KubeObject {
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly [field: string]: unknown;
}
