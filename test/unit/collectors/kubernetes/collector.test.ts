import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import type { Collector } from '../../../../agent/domain/collector.ts';
import { inClusterAccess } from '../../../../agent/collectors/kubernetes/access.ts';
import { createKubernetesCollector } from '../../../../agent/collectors/kubernetes/kubernetes-collector.ts';
import { FakeKubeApi } from '../../../support/fake-kube-api.ts';
import { eventObject, podObject } from '../../../support/kube-objects.ts';
import { RecordingSink } from '../../../support/recording-sink.ts';

describe('joining the API of Kubernetes', () => {
  let api: FakeKubeApi;
  let sink: RecordingSink;
  let collector: Collector | undefined;

  beforeEach(async () => {
    api = await FakeKubeApi.start();
    sink = new RecordingSink();
    writeFileSync(join(api.folder, 'token'), `${api.token}\n`);
  });

  afterEach(async () => {
    await collector?.stop();
    collector = undefined;
    await api.stop();
  });

  async function join_(
    node = 'n1',
    pageSize = 2,
    afterDeletionMs: readonly [number, number] = [20, 200],
  ): Promise<void> {
    const env = { KUBERNETES_SERVICE_HOST: '127.0.0.1', KUBERNETES_SERVICE_PORT: String(api.port) };
    const access = (): ReturnType<typeof inClusterAccess> => inClusterAccess(env, api.folder);
    collector = createKubernetesCollector({
      ...{ access, endpoint: 'service account', node, retryMs: [20, 100], pageSize, afterDeletionMs },
    });
    await collector.start(sink);
  }

  async function joined(): Promise<void> {
    await sink.until('the connection', () => sink.lastStatus?.state === 'running');
    await sink.until('both watches', () => api.watches === 2);
  }

  const statesOf = (name: string): readonly string[] =>
    sink.of('orchestrator_state').flatMap(({ data }) => (data.pod.name === name ? [JSON.stringify(data)] : []));

  test('tells what Kubernetes keeps of the pods of this node, and of no other', async () => {
    for (let index = 0; index < 5; index += 1) api.put('pods', podObject({ name: `web-${String(index)}` }));
    api.put('pods', podObject({ name: 'elsewhere', node: 'n2' }));
    await join_();
    await joined();
    const states = sink.of('orchestrator_state');
    assert.deepEqual(states.map(({ data }) => data.pod.name).sort(), ['web-0', 'web-1', 'web-2', 'web-3', 'web-4']);
    const data = states[0]?.data;
    assert.ok(data !== undefined);
    assert.deepEqual(data.workload, { kind: 'Deployment', name: 'web' });
    assert.equal(data.restarts, 2);
    assert.deepEqual(data.probes, [
      { kind: 'liveness', check: 'GET :8080/healthz', periodSeconds: 10, timeoutSeconds: 1, failureThreshold: 3 },
    ]);
    assert.equal(sink.lastStatus?.peer, 'Kubernetes v1.31.2, node n1');
    assert.equal(sink.lastStatus.detail, undefined);
  });

  test('says only what has changed, and what a pod was when it was deleted', async () => {
    const pod = podObject();
    api.put('pods', pod);
    await join_();
    await joined();
    api.put('pods', { ...pod, unknownField: { of: 'a later version' } });
    const deletion = { deletionTimestamp: '2026-11-23T07:00:30Z', deletionGracePeriodSeconds: 30 };
    api.put('pods', { ...pod, metadata: { ...pod.metadata, ...deletion } });
    await sink.until('the deletion', () => sink.of('orchestrator_state').find(({ data }) => data.deletedAt));
    const states = sink.of('orchestrator_state');
    assert.equal(states.length, 2);
    assert.equal(states[1]?.data.deletedAt, Date.UTC(2026, 10, 23, 7, 0, 0) * 1_000);
    api.delete('pods', { ...pod, metadata: { ...pod.metadata, ...deletion }, status: { reason: 'Evicted' } });
    await sink.until('its last state', () => sink.of('orchestrator_state').find(({ data }) => data.reason));
  });

  test('tells of events that say why, of containers and of pods, and of no others', async () => {
    const pod = podObject();
    const stranger = podObject({ name: 'elsewhere', node: 'n2' });
    api.put('pods', pod);
    const unhealthy = { pod, reason: 'Unhealthy', container: 'app' };
    api.put('events', eventObject({ ...unhealthy, message: 'Liveness probe failed: token=hunter2secret', count: 3 }));
    api.put('events', eventObject({ ...unhealthy, message: 'Readiness probe failed: 500' }));
    api.put('events', eventObject({ pod, reason: 'Pulled', message: 'Container image already present' }));
    const other = { source: { component: 'kubelet', host: 'n2' }, reportingInstance: 'n2' };
    api.put('events', eventObject({ pod: stranger, reason: 'Killing', message: 'Stopping container x', more: other }));
    await join_();
    await joined();
    // The controller that evicts for taints names the pod without its uid.
    const { namespace, name } = pod.metadata;
    const involvedObject = { kind: 'Pod', namespace, name };
    const taint = { source: { component: 'taint-controller' }, reportingInstance: '', involvedObject };
    api.put(
      'events',
      eventObject({ pod, reason: 'TaintManagerEviction', message: 'Marking for deletion', more: taint }),
    );
    await sink.until('the taint', () =>
      sink.of('orchestrator_event').find(({ data }) => data.reason === 'TaintManagerEviction'),
    );
    const [probe, eviction, ...rest] = sink.of('orchestrator_event');
    assert.equal(rest.length, 0);
    assert.equal(probe?.data.pod.container, 'app');
    assert.equal(probe.data.count, 3);
    assert.equal(probe.data.reporter, 'kubelet');
    assert.ok(!JSON.stringify(probe).includes('hunter2secret'));
    assert.equal(eviction?.data.pod.container, undefined);
    assert.equal(eviction?.data.pod.uid, pod.metadata['uid']);
  });

  test('asks those who made a pod why it is deleted, when it is, and tells what concerns it', async () => {
    const pods = [podObject({ name: 'web-7d4b9c6f5-x2x7k' }), podObject({ name: 'web-7d4b9c6f5-9kqlm' })];
    for (const pod of pods) api.put('pods', pod);
    await join_();
    await joined();
    const [first, second] = pods;
    assert.ok(first !== undefined && second !== undefined);
    const now = Math.floor(Date.now() / 1_000) * 1_000;
    const ofOwner = (kind: string, name: string, reason: string, message: string, at = now): void => {
      const more = { involvedObject: { kind, namespace: 'shop', name }, source: { component: 'a-controller' } };
      api.put('events', eventObject({ pod: first, reason, message, at: new Date(at), more }));
    };
    const replicaSet = 'web-7d4b9c6f5';
    ofOwner('ReplicaSet', replicaSet, 'SuccessfulDelete', `Deleted pod: ${replicaSet}-x2x7k`);
    ofOwner('ReplicaSet', replicaSet, 'SuccessfulDelete', `Deleted pod: ${replicaSet}-x2x7`);
    ofOwner('ReplicaSet', replicaSet, 'SuccessfulCreate', `Created pod: ${replicaSet}-x2x7k`);
    ofOwner('Deployment', 'web', 'ScalingReplicaSet', `Scaled up replica set ${replicaSet} to 3`, now - 3_600_000);
    ofOwner('Deployment', 'other', 'ScalingReplicaSet', 'Scaled down replica set other-1 to 0');
    const askedOf = (): readonly string[] => api.requests.filter((request) => request.includes('/namespaces/'));
    assert.deepEqual(askedOf(), []);
    const deletion = { deletionTimestamp: new Date(now + 30_000).toISOString(), deletionGracePeriodSeconds: 30 };
    for (const pod of pods) api.put('pods', { ...pod, metadata: { ...pod.metadata, ...deletion } });
    const told = () => sink.of('orchestrator_event').map(({ data }) => [data.pod.uid, data.message]);
    await sink.until('the first answer', () => told().length === 1);
    assert.deepEqual(told(), [[first.metadata['uid'], `Deleted pod: ${replicaSet}-x2x7k`]]);
    // It goes on with the rollout, and says so of all its pods.
    ofOwner('Deployment', 'web', 'ScalingReplicaSet', `Scaled down replica set ${replicaSet} to 0 from 2`);
    await sink.until('the second answer', () => told().length === 3);
    assert.deepEqual(
      new Set(
        told()
          .slice(1)
          .map(([uid]) => uid),
      ),
      new Set([first.metadata['uid'], second.metadata['uid']]),
    );
    assert.equal(sink.of('orchestrator_event')[0]?.data.reporter, 'a-controller');
    // Both pods in one question, twice, of the ReplicaSet and of the Deployment.
    assert.equal(askedOf().length, 4);
  });

  test('asks once more when a pod is gone that took its time: only then does a rollout by Recreate make the new ones', async () => {
    const pod = podObject({ name: 'web-7d4b9c6f5-x2x7k' });
    api.put('pods', pod);
    await join_('n1', 2, [10, 20]);
    await joined();
    const now = Math.floor(Date.now() / 1_000) * 1_000;
    const scaled = (message: string, at: number): void => {
      const more = { involvedObject: { kind: 'Deployment', namespace: 'shop', name: 'web' } };
      api.put('events', eventObject({ pod, reason: 'ScalingReplicaSet', message, at: new Date(at), more }));
    };
    scaled('Scaled down replica set web-7d4b9c6f5 to 0 from 1', now);
    const deletion = { deletionTimestamp: new Date(now + 30_000).toISOString(), deletionGracePeriodSeconds: 30 };
    const going = { ...pod, metadata: { ...pod.metadata, ...deletion } };
    api.put('pods', going);
    const asked = (): number => api.requests.filter((request) => request.includes('/namespaces/')).length;
    // Of the ReplicaSet and of the Deployment, twice: as far as it can be known while the pod is there.
    await sink.until('both rounds of questions', () => asked() === 4);
    const told = () => sink.of('orchestrator_event').map(({ data }) => data.message);
    await sink.until('what it did to the old one', () => told().length === 1);
    scaled('Scaled up replica set web-5f6d7c8b9 to 1', now + 1_000);
    // Long after, somebody does something else.
    scaled('Scaled down replica set web-5f6d7c8b9 to 0 from 1', now + 3_600_000);
    api.delete('pods', going);
    await sink.until('what came after', () => told().length === 2);
    assert.equal(told()[1], 'Scaled up replica set web-5f6d7c8b9 to 1');
    assert.equal(asked(), 6);
  });

  test('asks nobody about a pod that somebody made by hand', async () => {
    const pod = podObject();
    const deletion = { deletionTimestamp: new Date().toISOString(), deletionGracePeriodSeconds: 0 };
    api.put('pods', pod);
    await join_();
    await joined();
    api.put('pods', { ...pod, metadata: { ...pod.metadata, ...deletion, ownerReferences: [] } });
    await sink.until('the deletion', () => sink.of('orchestrator_state').find(({ data }) => data.deletedAt));
    assert.ok(api.requests.every((request) => !request.includes('/namespaces/')));
  });

  test('goes on where it was when the connection breaks', async () => {
    const pod = podObject();
    api.put('pods', pod);
    await join_();
    await joined();
    const { port } = api;
    await api.down();
    await sink.until('the loss', () => sink.of('orchestrator_connection').find(({ data }) => data.state === 'lost'));
    api.put('events', eventObject({ pod, reason: 'Killing', message: 'Stopping container app', container: 'app' }));
    await api.restart(port);
    await sink.until('the return', () =>
      sink.of('orchestrator_connection').find(({ data }) => data.state === 'restored'),
    );
    await sink.until('what happened meanwhile', () => sink.of('orchestrator_event').length === 1);
    const lists = api.requests.filter((request) => request === '/api/v1/events');
    assert.ok(lists.length <= 1, 'it listed everything anew');
    assert.equal(statesOf('web-7d4b9c6f5-x2x7k').length, 1);
  });

  for (const [how, expire] of [
    [
      'at the next request',
      (): void => {
        api.compact();
        api.cut();
      },
    ],
    [
      'within a running watch',
      (): void => {
        api.expireWatches();
      },
    ],
  ] as const) {
    test(`lists anew when the server has forgotten where it was: ${how}`, async () => {
      api.put('pods', podObject({ name: 'first' }));
      await join_();
      await joined();
      api.put('pods', podObject({ name: 'second' }));
      await sink.until('the second', () => statesOf('second').length > 0);
      api.put('pods', podObject({ name: 'elsewhere', node: 'n2' }));
      expire();
      await sink.until('another list', () => api.requests.filter((one) => one === '/api/v1/pods').length >= 2);
      await joined();
      api.put('pods', podObject({ name: 'third' }));
      await sink.until('the third', () => statesOf('third').length > 0);
      assert.equal(statesOf('first').length, 1);
    });
  }

  test('a bookmark moves the place to go on from', async () => {
    api.put('pods', podObject());
    await join_();
    await joined();
    api.bookmark();
    api.compact();
    // Read before the connection is cut: the watch has taken the bookmark in.
    api.put('pods', podObject({ name: 'after' }));
    await sink.until('what came after', () => statesOf('after').length > 0);
    const lists = api.requests.filter((one) => one === '/api/v1/pods').length;
    api.cut();
    await sink.until('the new watch', () => api.watches === 2);
    assert.equal(api.requests.filter((one) => one === '/api/v1/pods').length, lists);
  });

  test('what cannot be read is left out and said', async () => {
    api.put('pods', podObject());
    await join_();
    await joined();
    api.garble();
    api.put('pods', { metadata: { uid: 'x', name: 'odd' }, spec: { nodeName: 'n1', containers: 'none' } });
    await sink.until('the complaint', () => sink.lastStatus?.detail?.includes('could not be read'));
    api.put('pods', podObject({ name: 'after' }));
    await sink.until('what came after', () => statesOf('after').length > 0);
    assert.equal(sink.lastStatus?.state, 'running');
  });

  test('credentials that are not accepted are said, and tried again with what the file holds by then', async () => {
    api.acceptedToken = 'another';
    await join_();
    await sink.until('the refusal', () => sink.lastStatus?.detail?.includes('does not accept the agent’s credentials'));
    assert.equal(sink.lastStatus?.state, 'retrying');
    writeFileSync(join(api.folder, 'token'), 'another');
    await joined();
  });

  test('an account that may read no pods is told what is missing', async () => {
    api.forbidden.add('pods');
    await join_();
    await sink.until('the refusal', () => sink.lastStatus?.detail?.includes('get, list and watch pods'));
    assert.equal(sink.lastStatus?.state, 'retrying');
  });

  test('an account that may read pods but no events is joined, and says what it lacks', async () => {
    api.forbidden.add('events');
    api.put('pods', podObject());
    await join_();
    await sink.until('the join', () => sink.lastStatus?.detail?.includes('may not read events'));
    assert.equal(sink.lastStatus?.state, 'running');
    assert.equal(sink.of('orchestrator_state').length, 1);
  });

  test('a node that nobody knows is said', async () => {
    api.put('pods', podObject());
    await join_('another');
    await sink.until('the doubt', () => sink.lastStatus?.detail?.includes('no pod on a node “another”'));
  });

  test('a server that is not who it should be is not spoken to', async () => {
    const impostor = await FakeKubeApi.start();
    try {
      const env = { KUBERNETES_SERVICE_HOST: '127.0.0.1', KUBERNETES_SERVICE_PORT: String(impostor.port) };
      collector = createKubernetesCollector({
        access: () => inClusterAccess(env, api.folder),
        endpoint: 'service account',
        node: 'n1',
        retryMs: [20, 100],
      });
      await collector.start(sink);
      await sink.until('the distrust', () => sink.lastStatus?.detail?.includes('is not trusted'));
      assert.deepEqual(impostor.requests, []);
    } finally {
      await impostor.stop();
    }
  });
});
