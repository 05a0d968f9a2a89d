import { DIE_IMAGE } from '../support/containerd.ts';
import type { Cluster } from './cluster.ts';
import type { ClusterDeath } from './death.ts';

export const SHOP = 'shop';
/** The same programs by another name. */
export const OTHER_IMAGE = 'docker.io/inquest-test/die:next';

const IN_SHOP = ['--namespace', SHOP] as const;

interface PodParts {
  readonly container?: Readonly<Record<string, unknown>>;
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly labels?: Readonly<Record<string, string>>;
}

function podSpec(command: readonly string[], { container, spec }: PodParts = {}): object {
  return {
    restartPolicy: 'Never',
    terminationGracePeriodSeconds: 1,
    ...spec,
    containers: [{ name: 'app', image: DIE_IMAGE, imagePullPolicy: 'Never', command, ...container }],
  };
}

function pod(name: string, command: readonly string[], parts: PodParts = {}): object {
  const metadata = { name, namespace: SHOP, labels: { app: name, ...parts.labels } };
  return { apiVersion: 'v1', kind: 'Pod', metadata, spec: podSpec(command, parts) };
}

const ROLLING = { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1, maxSurge: 1 } };

function deployment(name: string, command: readonly string[], replicas: number, strategy: object = ROLLING): object {
  const labels = { app: name };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: SHOP },
    spec: {
      replicas,
      strategy,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: podSpec(command, { spec: { restartPolicy: 'Always' } }) },
    },
  };
}

function job(name: string, command: readonly string[], more: Readonly<Record<string, unknown>>): object {
  const template = { metadata: { labels: { app: name } }, spec: podSpec(command) };
  const metadata = { name, namespace: SHOP };
  return { apiVersion: 'batch/v1', kind: 'Job', metadata, spec: { template, backoffLimit: 0, ...more } };
}

function statefulSet(name: string, command: readonly string[]): object {
  const labels = { app: name };
  const template = { metadata: { labels }, spec: podSpec(command, { spec: { restartPolicy: 'Always' } }) };
  const metadata = { name, namespace: SHOP };
  const spec = { replicas: 1, serviceName: name, selector: { matchLabels: labels }, template };
  return { apiVersion: 'apps/v1', kind: 'StatefulSet', metadata, spec };
}

function scaleToNone(what: string): (cluster: Cluster) => Promise<string> {
  return (cluster) => cluster.kubectlOk([...IN_SHOP, 'scale', what, '--replicas=0']);
}

function priority(name: string, value: number): object {
  return { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name }, value };
}

function remove(name: string): (cluster: Cluster) => Promise<string> {
  return (cluster) => cluster.kubectlOk([...IN_SHOP, 'delete', 'pod', name, '--wait=false']);
}

/** More than half of the node: two of them do not fit. */
const MOST_OF_THE_NODE = { resources: { requests: { cpu: '1100m' } } };
function limited(memory: string): Readonly<Record<string, unknown>> {
  return { resources: { limits: { memory } } };
}

const NEVER = { exec: { command: ['/bin/sh', '-c', 'echo the database is not there; exit 1'] } };
const MIB = '1Mi';
const CHECKED_EVERY_MINUTE_MS = 180_000;
const TAINT = 'maintenance=now:NoExecute';

/** Those that can be had of one node, by the means that people have. In the order in which they are started. */
export const CLUSTER_DEATHS: readonly ClusterDeath[] = [
  {
    title: 'a volume grows over its limit',
    pod: 'fills-its-volume',
    objects: [
      pod('fills-its-volume', ['sh', '-c', 'dd if=/dev/zero of=/data/file bs=1M count=8; die term-exit'], {
        container: { volumeMounts: [{ name: 'data', mountPath: '/data' }] },
        spec: { volumes: [{ name: 'data', emptyDir: { sizeLimit: MIB } }] },
      }),
    ],
    // kubelet looks at the sizes of volumes once a minute.
    die: () => Promise.resolve(),
    withinMs: CHECKED_EVERY_MINUTE_MS,
    expect: {
      cause: 'orchestrator.evicted',
      certainty: 'certain',
      actor: 'orchestrator',
      says: /^Evicted because .*data/,
    },
  },
  {
    title: 'crash loop',
    pod: 'crashes-again',
    objects: [pod('crashes-again', ['die', 'null'], { spec: { restartPolicy: 'Always' } })],
    withinMs: 90_000,
    expect: {
      cause: 'crash.segfault',
      certainty: 'certain',
      actor: 'self',
      says: /null_dereference/,
      count: 3,
    },
  },
  {
    title: 'liveness probe fails, the program does not stop in time',
    pod: 'probed',
    objects: [
      pod('probed', ['die', 'term-stay'], {
        container: { livenessProbe: { ...NEVER, periodSeconds: 1, failureThreshold: 3 } },
        spec: { restartPolicy: 'Always' },
      }),
    ],
    expect: {
      cause: 'orchestrator.probe',
      certainty: 'certain',
      actor: 'orchestrator',
      says: /liveness probe failed 3 times in a row.*the database is not there.*got SIGTERM.*killed it/,
    },
  },
  {
    title: 'liveness probe fails in a pod that is not started again',
    pod: 'probed-once',
    objects: [
      pod('probed-once', ['die', 'term-exit'], {
        container: { livenessProbe: { ...NEVER, periodSeconds: 1, failureThreshold: 2 } },
      }),
    ],
    // kubelet gives no reason then.
    expect: {
      cause: 'orchestrator.probe',
      certainty: 'likely',
      actor: 'orchestrator',
      says: /liveness probe failed 2 times in a row/,
      notes: /Stopping container app.*without a reason/,
    },
  },
  {
    title: 'startup probe never succeeds',
    pod: 'slow-to-start',
    objects: [
      pod('slow-to-start', ['die', 'term-exit'], {
        container: { startupProbe: { ...NEVER, periodSeconds: 1, failureThreshold: 2 } },
        spec: { restartPolicy: 'Always' },
      }),
    ],
    expect: {
      cause: 'orchestrator.probe',
      certainty: 'certain',
      actor: 'orchestrator',
      says: /startup probe failed 2 times/,
    },
  },
  {
    title: 'kubectl delete pod',
    pod: 'deleted',
    objects: [pod('deleted', ['die', 'term-exit'])],
    die: remove('deleted'),
    expect: {
      cause: 'orchestrator.deleted',
      certainty: 'certain',
      actor: 'orchestrator',
      says: /pod shop\/deleted was deleted/,
    },
  },
  {
    title: 'activeDeadlineSeconds of the pod',
    pod: 'too-long',
    objects: [pod('too-long', ['die', 'term-exit'], { spec: { activeDeadlineSeconds: 3 } })],
    withinMs: 60_000,
    expect: { cause: 'orchestrator.deadline', certainty: 'certain', actor: 'orchestrator', says: /deadline.*3 s/ },
  },
  {
    title: 'kubectl drain',
    pod: 'drained',
    objects: [pod('drained', ['die', 'term-exit'])],
    die: (cluster) =>
      cluster.kubectlOk(['drain', 'node-1', '--force', '--ignore-daemonsets', '--pod-selector=app=drained']),
    restore: (cluster) => cluster.kubectlOk(['uncordon', 'node-1']),
    // Before Kubernetes 1.22 the eviction API leaves no trace but the deletion.
    expect: { cause: 'orchestrator.deleted', certainty: 'certain', actor: 'orchestrator', says: /was deleted/ },
  },
  {
    title: 'kubectl rollout of a Deployment',
    pod: 'deployment/rolled-out',
    objects: [deployment('rolled-out', ['die', 'term-exit'], 1)],
    die: (cluster) => cluster.kubectlOk([...IN_SHOP, 'set', 'image', 'deployment/rolled-out', `app=${OTHER_IMAGE}`]),
    expect: {
      cause: 'orchestrator.deleted',
      certainty: 'certain',
      actor: 'orchestrator',
      says: /^Replaced because Deployment rolled-out was rolled out with a new template/,
    },
  },
  {
    title: 'kubectl rollout of a Deployment that ends the old pods first',
    pod: 'deployment/recreated',
    objects: [deployment('recreated', ['die', 'term-exit'], 1, { type: 'Recreate' })],
    die: (cluster) => cluster.kubectlOk([...IN_SHOP, 'set', 'image', 'deployment/recreated', `app=${OTHER_IMAGE}`]),
    expect: {
      cause: 'orchestrator.deleted',
      certainty: 'certain',
      actor: 'orchestrator',
      says: /^Replaced because Deployment recreated was rolled out with a new template/,
    },
  },
  {
    title: 'kubectl scale of a Deployment',
    pod: 'deployment/scaled-down',
    objects: [deployment('scaled-down', ['die', 'term-exit'], 1)],
    die: scaleToNone('deployment/scaled-down'),
    expect: {
      cause: 'orchestrator.deleted',
      certainty: 'certain',
      actor: 'orchestrator',
      says: /^Stopped because Deployment scaled-down wanted none of its pods any more.*Scaled down replica set/,
    },
  },
  {
    title: 'kubectl scale of a StatefulSet',
    pod: 'fewer-0',
    objects: [statefulSet('fewer', ['die', 'term-exit'])],
    die: scaleToNone('statefulset/fewer'),
    expect: {
      cause: 'orchestrator.deleted',
      certainty: 'certain',
      actor: 'orchestrator',
      says: /^Stopped because its StatefulSet fewer deleted it/,
    },
  },
  {
    title: 'kubectl delete of a pod of a Deployment',
    pod: 'deployment/deleted-by-hand',
    objects: [deployment('deleted-by-hand', ['die', 'term-exit'], 1)],
    die: (cluster) =>
      cluster.kubectlOk([...IN_SHOP, 'delete', 'pod', '--selector=app=deleted-by-hand', '--wait=false']),
    expect: {
      cause: 'orchestrator.deleted',
      certainty: 'certain',
      actor: 'orchestrator',
      says: /was deleted/,
      notes: /Deployment deleted-by-hand; nothing was heard of that deleting it/,
    },
  },
  {
    title: 'activeDeadlineSeconds of a Job',
    pod: 'job/reports',
    objects: [job('reports', ['die', 'term-exit'], { activeDeadlineSeconds: 4 })],
    withinMs: 60_000,
    expect: {
      cause: 'orchestrator.deadline',
      certainty: 'certain',
      actor: 'orchestrator',
      says: /^Stopped at the deadline of its Job reports/,
    },
  },
  {
    title: 'the command is not in the image',
    pod: 'mistyped',
    objects: [pod('mistyped', ['no-such-program'])],
    expect: {
      cause: 'start.not-found',
      certainty: 'certain',
      actor: 'runtime',
      says: /not found in the image.*no-such-program/,
    },
  },
  {
    title: 'the image of a container is changed in its pod',
    pod: 'changed',
    objects: [pod('changed', ['die', 'term-exit'], { spec: { restartPolicy: 'Always' } })],
    die: (cluster) => cluster.kubectlOk([...IN_SHOP, 'set', 'image', 'pod/changed', `app=${OTHER_IMAGE}`]),
    expect: {
      cause: 'orchestrator.deleted',
      certainty: 'certain',
      actor: 'orchestrator',
      says: /definition in the pod was changed/,
    },
  },
  {
    title: 'memory limit of the container',
    pod: 'eats',
    objects: [pod('eats', ['die', 'eat'], { container: limited('24Mi') })],
    expect: { cause: 'oom.container', certainty: 'certain', actor: 'kernel', says: /memory limit of 24 MiB/ },
  },
  {
    title: 'memory limit of the pod, half of it taken by files that an earlier container left',
    pod: 'full-of-files',
    objects: [
      pod(
        'full-of-files',
        ['sh', '-c', '[ -e /memory/file ] && exec die eat; dd if=/dev/zero of=/memory/file bs=1M count=14; exit 1'],
        {
          container: { ...limited('24Mi'), volumeMounts: [{ name: 'memory', mountPath: '/memory' }] },
          spec: { restartPolicy: 'OnFailure', volumes: [{ name: 'memory', emptyDir: { medium: 'Memory' } }] },
        },
      ),
    ],
    withinMs: 60_000,
    expect: {
      cause: 'oom.ancestor',
      certainty: 'certain',
      actor: 'kernel',
      says: /the pod reached its limit of 24 MiB for all its containers together/,
      notes: /emptyDir with medium: Memory/,
    },
  },
  {
    title: 'init container fails',
    pod: 'not-prepared',
    container: 'setup',
    objects: [
      pod('not-prepared', ['die', 'term-exit'], {
        spec: {
          initContainers: [
            {
              name: 'setup',
              image: DIE_IMAGE,
              imagePullPolicy: 'Never',
              command: ['sh', '-c', 'echo no table; exit 3'],
            },
          ],
        },
      }),
    ],
    expect: { cause: 'exit.error', certainty: 'certain', actor: 'self', says: /exit(?:ed)?.* 3/ },
  },
  {
    title: 'kubectl debug: an ephemeral container',
    pod: 'debugged',
    container: 'look',
    objects: [pod('debugged', ['die', 'term-exit'])],
    die: (cluster) =>
      cluster.kubectlOk([
        ...IN_SHOP,
        ...['debug', 'debugged', '--image', OTHER_IMAGE, '--container', 'look', '--', 'sh', '-c', 'exit 7'],
      ]),
    expect: { cause: 'exit.error', certainty: 'certain', actor: 'self', says: /exit(?:ed)?.* 7/ },
  },
  {
    title: 'kubectl exec: kill',
    pod: 'killed-inside',
    objects: [pod('killed-inside', ['sh', '-c', 'sleep 1000; exit $?'])],
    die: (cluster) =>
      cluster.kubectl([...IN_SHOP, 'exec', 'killed-inside', '--', 'sh', '-c', 'kill -9 $(pidof sleep); true']),
    expect: {
      cause: 'kill.inside',
      certainty: 'certain',
      actor: 'inside',
      says: /Killed from inside the container: .*SIGKILL to sleep/,
    },
  },
  {
    title: 'a pod of higher priority needs the room',
    pod: 'makes-room',
    objects: [
      priority('batch', 1_000),
      priority('urgent', 100_000),
      pod('makes-room', ['die', 'term-exit'], { container: MOST_OF_THE_NODE, spec: { priorityClassName: 'batch' } }),
    ],
    die: (cluster) =>
      cluster.apply(
        pod('urgent', ['die', 'term-exit'], { container: MOST_OF_THE_NODE, spec: { priorityClassName: 'urgent' } }),
      ),
    restore: remove('urgent'),
    expect: {
      cause: 'orchestrator.preempted',
      certainty: 'certain',
      actor: 'orchestrator',
      says: /Preempted.*shop\/urgent/,
    },
  },
  {
    title: 'a taint that the pod does not tolerate',
    pod: 'not-tolerant',
    objects: [pod('not-tolerant', ['die', 'term-exit'])],
    die: (cluster) => cluster.kubectlOk(['taint', 'nodes', 'node-1', TAINT]),
    restore: (cluster) => cluster.kubectlOk(['taint', 'nodes', 'node-1', `${TAINT}-`]),
    expect: { cause: 'orchestrator.evicted', certainty: 'certain', actor: 'orchestrator', says: /taint/ },
  },
];
