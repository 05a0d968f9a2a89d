import type { DeathCase } from './case.ts';
import { IN_POD, STOPPED_BY_KUBELET, TOLD, WEB, killedLate, serving, stops } from './pod.ts';

const DELETED = ['SuccessfulDelete', 'Deleted pod: web-7d4b9c6f5-x2x7k'] as const;

/** Whoever made the pod has it deleted, and says why. */
export const OWNER_CASES: readonly DeathCase[] = [
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
];
