import { US_PER_SECOND } from '../../../../agent/domain/time.ts';
import { Signal } from '../../../../agent/domain/signals.ts';
import { below, hostProcess, runc } from '../../../support/senders.ts';
import type { DeathCase } from './case.ts';
import {
  IN_POD,
  KUBELET,
  LIVENESS,
  STOPPED_BY_KUBELET,
  TOLD,
  WEB,
  byKubelet,
  killedLate,
  serving,
  stops,
  unhealthy,
} from './pod.ts';

/** Kubernetes asked for it, and why; or had no part in it. */
const DELETED = ['SuccessfulDelete', 'Deleted pod: web-7d4b9c6f5-x2x7k'] as const;

export const ORCHESTRATOR_CASES: readonly DeathCase[] = [
  {
    name: 'kubelet evicts a pod because the node is low on memory',
    options: IN_POD,
    tell: (life) => {
      const main = serving(life);
      const message =
        'The node was low on resource: memory. Threshold quantity: 100Mi, available: 64Mi. Container app was using 512Mi, request is 128Mi, has larger consumption of memory.';
      life.announced('Evicted', message, { reporter: 'kubelet' });
      life.announced('Killing', STOPPED_BY_KUBELET);
      life.signal(Signal.KILL, main, runc(Signal.KILL));
      life.killed(main, Signal.KILL);
      life.wait(900).kept({ reason: 'Evicted', message });
      return {
        ...TOLD,
        cause: 'orchestrator.evicted',
        says: ['Evicted because the node was low on memory', 'SIGKILL'],
        ruledOut: ['oom.container'],
      };
    },
  },
  {
    name: 'kubectl drain',
    options: IN_POD,
    tell: (life) => {
      const main = serving(life);
      const disruption = { reason: 'EvictionByEvictionAPI', message: 'Eviction API: evicting', at: life.now };
      life.kept({ workload: WEB, disruption, deletedAt: life.now, deletionGraceSeconds: 30 });
      life.announced('Killing', STOPPED_BY_KUBELET);
      stops(life, main);
      return { ...TOLD, cause: 'orchestrator.evicted', says: ['eviction API', 'kubectl drain'] };
    },
  },
  {
    name: 'a taint that the pod does not tolerate',
    options: IN_POD,
    tell: (life) => {
      const main = serving(life);
      life.announced('TaintManagerEviction', 'Marking for deletion Pod shop/web-7d4b9c6f5-x2x7k');
      life.kept({ deletedAt: life.now, deletionGraceSeconds: 30 });
      life.announced('Killing', STOPPED_BY_KUBELET);
      stops(life, main);
      return { ...TOLD, cause: 'orchestrator.evicted', says: ['taint'] };
    },
  },
  {
    name: 'the node shuts down in an orderly way',
    options: IN_POD,
    tell: (life) => {
      const main = serving(life);
      life.announced('Killing', STOPPED_BY_KUBELET);
      stops(life, main);
      life.kept({ reason: 'Terminated', message: 'Pod was terminated in response to imminent node shutdown.' });
      return { ...TOLD, cause: 'orchestrator.evicted', says: ['the node was being shut down'] };
    },
  },
  {
    name: 'the scheduler needs the room for a pod of higher priority',
    options: IN_POD,
    tell: (life) => {
      const main = serving(life);
      life.announced('Preempted', 'Preempted by pod 0c7d9a52 on node n1', { reporter: 'default-scheduler' });
      life.kept({ deletedAt: life.now });
      life.announced('Killing', STOPPED_BY_KUBELET);
      stops(life, main);
      return { ...TOLD, cause: 'orchestrator.preempted', says: ['Preempted', 'higher priority', '0c7d9a52'] };
    },
  },
  {
    name: 'a pod that has run for as long as it may',
    options: IN_POD,
    tell: (life) => {
      const main = serving(life);
      life.announced('Killing', STOPPED_BY_KUBELET);
      stops(life, main, 143);
      life.kept({ reason: 'DeadlineExceeded', message: 'Pod was active longer', deadlineSeconds: 600 });
      return { ...TOLD, cause: 'orchestrator.deadline', says: ['Stopped at its deadline', '600 s'] };
    },
  },
  {
    name: 'the image of a container is changed in its pod',
    options: IN_POD,
    tell: (life) => {
      const main = serving(life);
      life.announced('Killing', 'Container app definition changed, will be restarted');
      stops(life, main);
      return { ...TOLD, cause: 'orchestrator.deleted', says: ['definition in the pod was changed'] };
    },
  },
  {
    name: 'a pod is deleted, and kubelet’s own word for the stop is not there',
    options: IN_POD,
    tell: (life) => {
      const main = serving(life);
      life.kept({ deletedAt: life.now, deletionGraceSeconds: 30 });
      stops(life, main);
      return { cause: 'orchestrator.deleted', certainty: 'likely', actor: 'orchestrator', says: ['was deleted'] };
    },
  },
  {
    name: 'somebody deletes the pod as soon as its probe had it stopped',
    options: IN_POD,
    tell: (life) => {
      const main = serving(life);
      life.kept({ probes: [LIVENESS] });
      unhealthy(life, 'the database is not there');
      // Of a pod that is not to be started again, kubelet says no more.
      life.announced('Killing', STOPPED_BY_KUBELET);
      const second = Math.floor(life.now / US_PER_SECOND) * US_PER_SECOND;
      stops(life, main);
      life.wait(260).kept({ probes: [LIVENESS], deletedAt: second, deletionGraceSeconds: 0 });
      return {
        cause: 'orchestrator.probe',
        certainty: 'likely',
        actor: 'orchestrator',
        says: ['liveness probe failed'],
        neverSays: ['deleted'],
        notes: ['without a reason'],
      };
    },
  },
  ...(
    [
      [
        'a Job that has run for as long as it may',
        { kind: 'Job', name: 'report' },
        'job-controller',
        [['DeadlineExceeded', 'Job was active longer than specified deadline']],
        'orchestrator.deadline',
        ['Stopped at the deadline of its Job report', 'activeDeadlineSeconds of the Job'],
      ],
      [
        'a Job whose other pods have failed too often',
        { kind: 'Job', name: 'report' },
        'job-controller',
        [DELETED, ['BackoffLimitExceeded', 'Job has reached the specified backoff limit']],
        'orchestrator.deleted',
        ['Stopped because its Job report had failed', 'backoff limit'],
      ],
      [
        'a Job that is suspended',
        { kind: 'Job', name: 'report' },
        'job-controller',
        [['Suspended', 'Job suspended']],
        'orchestrator.deleted',
        ['Stopped because its Job report was suspended'],
      ],
      [
        'a Deployment is rolled out',
        WEB,
        'deployment-controller',
        [
          ['ScalingReplicaSet', 'Scaled up replica set web-5f6d7c8b9 to 1'],
          ['ScalingReplicaSet', 'Scaled down replica set web-7d4b9c6f5 to 0 from 1'],
          DELETED,
        ],
        'orchestrator.deleted',
        ['Replaced because Deployment web was rolled out with a new template', 'web-7d4b9c6f5 to 0'],
      ],
      [
        'a Deployment is to have fewer replicas',
        WEB,
        'deployment-controller',
        [['ScalingReplicaSet', 'Scaled down replica set web-7d4b9c6f5 to 1 from 3'], DELETED],
        'orchestrator.deleted',
        ['Stopped because Deployment web asked for fewer replicas'],
      ],
      [
        'a Deployment is scaled to zero, or rolled out by Recreate: nobody knows yet',
        WEB,
        'deployment-controller',
        [['ScalingReplicaSet', 'Scaled down replica set web-7d4b9c6f5 to 0 from 2'], DELETED],
        'orchestrator.deleted',
        ['Stopped because Deployment web wanted none of its pods any more', 'to 0 from 2'],
      ],
      [
        'a StatefulSet deletes its pod',
        { kind: 'StatefulSet', name: 'db' },
        'statefulset-controller',
        [['SuccessfulDelete', 'delete Pod db-1 in StatefulSet db successful']],
        'orchestrator.deleted',
        ['Stopped because its StatefulSet db deleted it'],
      ],
    ] as const
  ).map(([name, workload, reporter, events, cause, says]): DeathCase => ({
    name,
    options: IN_POD,
    tell: (life) => {
      const main = serving(life);
      life.kept({ workload, deletedAt: life.now, deletionGraceSeconds: 30 });
      life.announced('Killing', STOPPED_BY_KUBELET);
      for (const [reason, message] of events) life.announced(reason, message, { reporter });
      stops(life, main);
      return { ...TOLD, cause, says, neverSays: ['was deleted'] };
    },
  })),
  {
    name: 'a Deployment is rolled out by Recreate, and makes its new pods when the old one has taken all its time to go',
    options: IN_POD,
    tell: (life) => {
      const main = serving(life);
      const reporter = 'deployment-controller';
      life.kept({ workload: WEB, deletedAt: life.now, deletionGraceSeconds: 30 });
      life.announced('Killing', STOPPED_BY_KUBELET);
      life.announced('ScalingReplicaSet', 'Scaled down replica set web-7d4b9c6f5 to 0 from 2', { reporter });
      life.announced(...DELETED, { reporter: 'replicaset-controller' });
      killedLate(life, main);
      life.wait(11_000).announced('ScalingReplicaSet', 'Scaled up replica set web-5f6d7c8b9 to 2', { reporter });
      return {
        ...TOLD,
        cause: 'orchestrator.deleted',
        says: ['Replaced because Deployment web was rolled out with a new template'],
        neverSays: ['wanted none'],
      };
    },
  },
  {
    name: 'a Deployment is to have fewer replicas, and nobody says that this pod was one of them',
    options: IN_POD,
    tell: (life) => {
      const main = serving(life);
      life.kept({ workload: WEB, deletedAt: life.now, deletionGraceSeconds: 30 });
      life.announced('Killing', STOPPED_BY_KUBELET);
      const reporter = 'deployment-controller';
      life.announced('ScalingReplicaSet', 'Scaled down replica set web-7d4b9c6f5 to 1 from 3', { reporter });
      stops(life, main);
      return {
        cause: 'orchestrator.deleted',
        certainty: 'likely',
        actor: 'orchestrator',
        says: ['asked for fewer replicas'],
        notes: ['follows from the time'],
      };
    },
  },
  {
    name: 'what a Deployment did a minute before says nothing of a pod that somebody deletes',
    options: IN_POD,
    tell: (life) => {
      const main = serving(life);
      const reporter = 'deployment-controller';
      life.announced('ScalingReplicaSet', 'Scaled down replica set web-7d4b9c6f5 to 1 from 3', { reporter });
      life.wait(60_000).kept({ workload: WEB, deletedAt: life.now, deletionGraceSeconds: 30 });
      life.announced('Killing', STOPPED_BY_KUBELET);
      stops(life, main);
      return {
        ...TOLD,
        cause: 'orchestrator.deleted',
        says: ['was deleted'],
        neverSays: ['replicas'],
        notes: ['Deployment web', 'audit log'],
      };
    },
  },
  {
    name: 'a sidecar is stopped when the containers of its pod have ended',
    options: IN_POD,
    tell: (life) => {
      const main = serving(life);
      life.kept({ workload: { kind: 'Job', name: 'report' }, sidecar: { othersEnded: false } });
      life.announced('Killing', STOPPED_BY_KUBELET);
      stops(life, main);
      life.kept({ workload: { kind: 'Job', name: 'report' }, sidecar: { othersEnded: true } });
      return {
        cause: 'stop.graceful',
        certainty: 'certain',
        actor: 'runtime',
        says: ['Stopped on request'],
        notes: ['a sidecar of its pod, whose own containers have all ended'],
      };
    },
  },
  {
    name: 'a pod is deleted, of which the agent hears only after the stop',
    options: IN_POD,
    tell: (life) => {
      const main = serving(life);
      const deletedAt = life.now;
      life.announced('Killing', STOPPED_BY_KUBELET);
      stops(life, main);
      life.kept({ workload: WEB, deletedAt, deletionGraceSeconds: 30 });
      return {
        cause: 'orchestrator.deleted',
        certainty: 'likely',
        actor: 'orchestrator',
        says: ['was deleted'],
        notes: ['follows from the time'],
      };
    },
  },
  {
    name: 'a pod is evicted through the API just after it was stopped for something else',
    options: IN_POD,
    tell: (life) => {
      const main = serving(life);
      life.kept({ probes: [LIVENESS] });
      unhealthy(life, 'the database is not there');
      life.announced('Killing', STOPPED_BY_KUBELET);
      stops(life, main);
      const disruption = { reason: 'EvictionByEvictionAPI', message: 'Eviction API: evicting', at: life.now };
      life.wait(400).kept({ probes: [LIVENESS], disruption, deletedAt: life.now, deletionGraceSeconds: 30 });
      return {
        cause: 'orchestrator.probe',
        certainty: 'likely',
        actor: 'orchestrator',
        says: ['liveness probe failed'],
      };
    },
  },
  {
    name: 'a preStop hook has the program end before any signal',
    options: IN_POD,
    tell: (life) => {
      const main = serving(life);
      life.kept({ deletedAt: life.now, deletionGraceSeconds: 30 });
      life.announced('Killing', STOPPED_BY_KUBELET);
      life.wait(4_000).exit(main, 0);
      return {
        cause: 'orchestrator.deleted',
        certainty: 'likely',
        actor: 'orchestrator',
        says: ['was deleted', 'before containerd had sent it a signal'],
        notes: ['preStop'],
      };
    },
  },
  {
    name: 'a program that ends by itself, and kubelet clears away the pod in the same second',
    options: IN_POD,
    tell: (life) => {
      const main = serving(life);
      life.wait(900).exit(main, 0);
      life.announced('Killing', STOPPED_BY_KUBELET);
      return { cause: 'exit.success', certainty: 'certain', actor: 'self', says: ['by itself'] };
    },
  },
  {
    name: 'a person kills it while its pod is being deleted',
    options: IN_POD,
    tell: (life) => {
      const main = serving(life);
      life.kept({ deletedAt: life.now, deletionGraceSeconds: 30 });
      const root = below(hostProcess(8_000, ['kill', '-9', String(main.pid)], { tty: 'pts/4' }));
      life.signal(Signal.KILL, main, root);
      life.killed(main, Signal.KILL);
      return { cause: 'kill.host', certainty: 'certain', actor: 'host', says: ['SIGKILL'], neverSays: ['deleted'] };
    },
  },
  {
    name: 'kubelet stops a container of a node whose agent is not joined to the API',
    options: IN_POD,
    tell: (life) => {
      const main = life.main(['shop-api']);
      life.wait(60_000);
      byKubelet(life);
      stops(life, main);
      return {
        cause: 'stop.graceful',
        certainty: 'certain',
        actor: 'runtime',
        asked: { certainty: 'certain', by: [KUBELET.process] },
        says: ['Stopped on request', 'kubelet'],
        notes: ['Why Kubernetes had it stopped, if it did, is not known', 'setting kubernetes'],
      };
    },
  },
  {
    name: 'the connection to the API is broken when the container is stopped',
    options: IN_POD,
    tell: (life) => {
      const main = serving(life);
      life.add('kubernetes', { kind: 'orchestrator_connection', state: 'lost' });
      stops(life, main);
      return {
        cause: 'stop.graceful',
        certainty: 'certain',
        actor: 'runtime',
        says: ['Stopped on request'],
        notes: ['the connection to its API was broken'],
      };
    },
  },
  {
    name: 'joined, and Kubernetes gave no reason',
    options: IN_POD,
    tell: (life) => {
      const main = serving(life);
      stops(life, main);
      return {
        cause: 'stop.graceful',
        certainty: 'certain',
        actor: 'runtime',
        says: ['Stopped on request'],
        notes: ['Kubernetes gave no reason'],
      };
    },
  },
];
