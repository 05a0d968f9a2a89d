import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { OrchestratorState } from '../../../../agent/domain/evidence.ts';
import { statesOf } from '../../../../agent/collectors/kubernetes/pod-state.ts';
import { PodSchema } from '../../../../agent/collectors/kubernetes/schemas.ts';
import { podObject } from '../../../support/kube-objects.ts';
import type { PodOptions } from '../../../support/kube-objects.ts';

function stateOf(options: PodOptions): OrchestratorState {
  const [state] = statesOf(PodSchema.parse(podObject(options)));
  assert.ok(state !== undefined);
  return state;
}

function owners(kind: string, name: string): PodOptions {
  return { metadata: { ownerReferences: [{ kind, name, controller: true }] } };
}

describe('what is taken over of a pod', () => {
  for (const [options, expected] of [
    [{}, 'Deployment web'],
    [owners('ReplicaSet', 'by-hand'), 'ReplicaSet by-hand'],
    [owners('StatefulSet', 'db'), 'StatefulSet db'],
    [owners('Job', 'report-29384920'), 'Job report-29384920'],
    [owners('DaemonSet', 'logs'), 'DaemonSet logs'],
    [owners('Node', 'n1'), undefined],
    [{ metadata: { ownerReferences: [] } }, undefined],
  ] as const) {
    test(`whose it is: ${expected ?? 'nobody’s'}`, () => {
      const { workload } = stateOf(options);
      assert.equal(workload === undefined ? undefined : `${workload.kind} ${workload.name}`, expected);
    });
  }

  for (const [probe, expected] of [
    [{ httpGet: { path: '/ready?token=s3cr3tvalue', port: 'http' } }, 'GET :http/ready?token='],
    [{ tcpSocket: { port: 5432 } }, 'connect to :5432'],
    [{ grpc: { port: 9000 } }, 'gRPC :9000'],
    [{ exec: { command: ['redis-cli', '-a', 'pw', '--password=s3cr3tvalue', 'ping'] } }, 'redis-cli -a '],
  ] as const) {
    test(`what a probe does, without secrets: ${expected}`, () => {
      const check = stateOf({ probe }).probes[0]?.check ?? '';
      assert.ok(check.startsWith(expected), check);
      assert.ok(!check.includes('s3cr3tvalue'), check);
    });
  }

  test('a disruption that was announced, and not one that is over', () => {
    const condition = {
      type: 'DisruptionTarget',
      reason: 'EvictionByEvictionAPI',
      message: 'Eviction API: evicting',
      lastTransitionTime: '2026-11-23T07:00:00Z',
    };
    const announced = stateOf({ status: { conditions: [{ ...condition, status: 'True' }] } });
    assert.deepEqual(announced.disruption, {
      reason: 'EvictionByEvictionAPI',
      message: 'Eviction API: evicting',
      at: Date.UTC(2026, 10, 23, 7) * 1_000,
    });
    assert.equal(stateOf({ status: { conditions: [{ ...condition, status: 'False' }] } }).disruption, undefined);
  });

  test('a pod that kubelet runs from a file has the uid by which kubelet labels its containers', () => {
    const annotations = { 'kubernetes.io/config.hash': '5c60d45ba6b9a4cf5cd8cbd9d4c3d2a1' };
    assert.equal(stateOf({ metadata: { annotations } }).pod.uid, '5c60d45ba6b9a4cf5cd8cbd9d4c3d2a1');
  });

  test('each container, also those that run before the others', () => {
    const spec = { containers: [{ name: 'app' }, { name: 'sidecar' }], initContainers: [{ name: 'migrate' }] };
    const names = statesOf(PodSchema.parse(podObject({ spec }))).map(({ pod }) => pod.container);
    assert.deepEqual(names, ['app', 'sidecar', 'migrate']);
  });
});
