import { US_PER_SECOND } from '../../../../agent/domain/time.ts';
import { Signal } from '../../../../agent/domain/signals.ts';
import { below, hostProcess, runc } from '../../../support/senders.ts';
import type { DeathCase } from './case.ts';
import { OWNER_CASES } from './owner.ts';
import {
  IN_POD,
  KUBELET,
  LIVENESS,
  STOPPED_BY_KUBELET,
  TOLD,
  WEB,
  byKubelet,
  serving,
  stops,
  unhealthy,
} from './pod.ts';

/** Kubernetes asked for it, and why; or had no part in it. */
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
  ...OWNER_CASES,
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
