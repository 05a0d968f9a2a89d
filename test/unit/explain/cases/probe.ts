import { Signal } from '../../../../agent/domain/signals.ts';
import { US_PER_SECOND } from '../../../../agent/domain/time.ts';
import { OWN_LIMIT } from '../../../support/life.ts';
import { client, runc } from '../../../support/senders.ts';
import type { DeathCase } from './case.ts';
import {
  IN_POD,
  KUBELET,
  LIVENESS,
  PROBE_KILL,
  STOPPED_BY_KUBELET,
  TOLD,
  WEB,
  byKubelet,
  killedLate,
  serving,
  stops,
  unhealthy,
} from './pod.ts';

/** A probe of Kubernetes failed, and what came of it. */
export const PROBE_CASES: readonly DeathCase[] = [
  {
    name: 'a liveness probe fails, and the program stops in time',
    options: IN_POD,
    tell: (life) => {
      const main = serving(life);
      unhealthy(life, 'HTTP probe failed with statuscode: 500');
      life.announced('Killing', PROBE_KILL, { reporter: 'kubelet' });
      byKubelet(life);
      stops(life, main);
      return {
        ...TOLD,
        cause: 'orchestrator.probe',
        asked: { certainty: 'certain', by: [KUBELET.process] },
        victim: main,
        says: [
          'Stopped because its liveness probe failed 3 times in a row',
          '“HTTP probe failed with statuscode: 500”',
          'containerd sent SIGTERM and shop-api (PID 1) ended',
          'exit code 0',
        ],
      };
    },
  },
  {
    name: 'a liveness probe fails, and the program hangs until it is killed',
    options: IN_POD,
    tell: (life) => {
      const main = serving(life);
      unhealthy(life, 'Get "http://10.1.2.3:8080/healthz": context deadline exceeded');
      life.announced('Killing', PROBE_KILL);
      killedLate(life, main);
      return {
        ...TOLD,
        cause: 'orchestrator.probe',
        victim: main,
        says: ['liveness probe failed', 'deadline exceeded', 'still running 30', 'containerd killed it'],
        ruledOut: ['oom.container'],
      };
    },
  },
  {
    name: 'a startup probe fails for a PID 1 without a handler, and nobody says what it answered',
    options: IN_POD,
    tell: (life) => {
      const main = serving(life);
      life.announced('Killing', 'Container app failed startup probe, will be restarted');
      life.signal(Signal.TERM, main, runc(Signal.TERM), { result: 'ignored' });
      life.wait(30_000).signal(Signal.KILL, main, runc(Signal.KILL));
      life.killed(main, Signal.KILL);
      return {
        ...TOLD,
        cause: 'orchestrator.probe',
        says: ['its startup probe failed', 'has no handler for SIGTERM'],
        neverSays: ['“'],
      };
    },
  },
  {
    name: 'a probe has failed as often as it may, but kubelet’s word for the stop is not there',
    options: IN_POD,
    tell: (life) => {
      const main = serving(life);
      unhealthy(life, 'connection refused');
      stops(life, main);
      return {
        cause: 'orchestrator.probe',
        certainty: 'likely',
        actor: 'orchestrator',
        says: ['liveness probe failed', '“connection refused”'],
        notes: ['follows from the time'],
      };
    },
  },
  {
    name: 'a probe fails once, and somebody deletes the pod later',
    options: IN_POD,
    tell: (life) => {
      const main = serving(life);
      unhealthy(life, 'connection refused', 1);
      life.wait(4_000).kept({ workload: WEB, probes: [LIVENESS], deletedAt: life.now, deletionGraceSeconds: 30 });
      life.announced('Killing', STOPPED_BY_KUBELET);
      stops(life, main, 143);
      return {
        ...TOLD,
        cause: 'orchestrator.deleted',
        says: ['its pod shop/web-7d4b9c6f5-x2x7k was deleted', 'exit code 143'],
        neverSays: ['probe'],
        notes: ['It belongs to Deployment web', 'audit log'],
      };
    },
  },
  {
    name: 'an old failure of a probe, and a container that was stopped with crictl',
    options: IN_POD,
    tell: (life) => {
      const main = serving(life);
      unhealthy(life, 'connection refused');
      const person = client('ana', 1_000, ['crictl', 'stop', life.id]);
      life.request('stop', person, { runtime: 'containerd', container: life.id });
      stops(life, main);
      return {
        cause: 'stop.graceful',
        certainty: 'certain',
        actor: 'runtime',
        asked: { certainty: 'certain', by: [person.process] },
        says: ['crictl stop'],
        neverSays: ['probe'],
      };
    },
  },
  {
    name: 'the memory limit, and kubelet’s probe fails of course',
    options: IN_POD,
    tell: (life) => {
      const main = serving(life);
      unhealthy(life, 'connection refused');
      const level = {
        name: `cri-containerd-${life.id}.scope`,
        isContainer: true,
        isNested: false,
        usageBytes: OWN_LIMIT,
        limitBytes: OWN_LIMIT,
        reachedLimit: true,
      };
      life.oom(main, [level]);
      life.killed(main, Signal.KILL);
      life.announced('Killing', PROBE_KILL);
      return { cause: 'oom.container', certainty: 'certain', actor: 'kernel', says: ['memory'], neverSays: ['probe'] };
    },
  },
  {
    name: 'an earlier run was killed for its probe, and this one ends by itself',
    options: IN_POD,
    tell: (life) => {
      life.announced('Killing', PROBE_KILL);
      life.wait(20_000);
      const main = life.main(['shop-api']);
      life.kept({ restarts: 3, probes: [LIVENESS] });
      life.wait(5_000);
      stops(life, main);
      return { cause: 'stop.graceful', certainty: 'certain', actor: 'runtime', says: ['Stopped on request'] };
    },
  },
  {
    name: 'nobody watched the kernel, and Kubernetes tells of a failed probe',
    options: { ...IN_POD, kernelWatched: false },
    tell: (life) => {
      life.add('cri', { kind: 'runtime_event', action: 'start' });
      life.kept({ probes: [LIVENESS], restarts: 0 });
      life.wait(60_000);
      unhealthy(life, 'connection refused');
      life.announced('Killing', PROBE_KILL);
      life.wait(900);
      life.add('cri', { kind: 'runtime_event', action: 'die', exitCode: 137 });
      life.add('cri', {
        kind: 'runtime_state',
        running: false,
        exitCode: 137,
        oomKilled: false,
        startedAt: life.now - 60 * US_PER_SECOND,
        finishedAt: life.now,
      });
      return {
        cause: 'orchestrator.probe',
        certainty: 'likely',
        actor: 'orchestrator',
        says: ['liveness probe failed', 'exit code 137'],
      };
    },
  },
];
