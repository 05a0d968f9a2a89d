import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { TestAgent } from '../../support/agent.ts';
import { Containerd, DIE_IMAGE, containerdUnavailable } from '../../support/containerd.ts';
import type { CriDriver, Pod } from '../../support/cri-driver.ts';
import { FakeKubeApi } from '../../support/fake-kube-api.ts';
import { eventObject, podObject } from '../../support/kube-objects.ts';
import type { KubeObject } from '../../support/kube-objects.ts';
import { waitFor } from '../../support/process-tree.ts';
import { stopAsKubelet } from '../../support/stop-as-kubelet.ts';

/** A real runtime and a real kernel; of Kubernetes only the API is played. */
describe('why Kubernetes had a container stopped', { skip: containerdUnavailable() }, () => {
  let containerd: Containerd;
  let api: FakeKubeApi;
  let agent: TestAgent;
  let cri: CriDriver;

  before(async () => {
    containerd = await Containerd.start();
    await containerd.importImages('k8s.io');
    api = await FakeKubeApi.start();
    agent = new TestAgent({
      docker: 'off',
      cri: containerd.socketPath,
      kubernetes: api.kubeconfig(),
      flags: ['--node', 'n1'],
    });
    await agent.start();
    cri = await containerd.cri();
  });

  after(async () => {
    await agent.remove();
    await api.stop();
    await containerd.stop();
  });

  interface Run {
    readonly pod: Pod;
    readonly object: KubeObject;
    readonly id: string;
  }

  /** As kubelet does it: the pod is in the API before its containers are made. */
  async function run(name: string, command: readonly string[]): Promise<Run> {
    const pod = await cri.runPod({ name });
    const object = podObject({ uid: pod.uid, name });
    api.put('pods', object);
    const id = await cri.runContainer(pod, { name: 'app', image: DIE_IMAGE, command, graceSeconds: 1 });
    return { pod, object, id };
  }

  async function stop({ id }: Run): Promise<void> {
    await stopAsKubelet(containerd.root, containerd.socketPath, id, 1);
  }

  test('a liveness probe that failed, and a program that does not stop in time', async () => {
    const one = await run('web-7d4b9c6f5-x2x7k', ['die', 'term-stay']);
    const about = { pod: one.object, container: 'app' };
    const message = 'Liveness probe failed: HTTP probe failed with statuscode: 503';
    api.put('events', eventObject({ ...about, reason: 'Unhealthy', message, count: 3 }));
    const killing = 'Container app failed liveness probe, will be restarted';
    api.put('events', eventObject({ ...about, reason: 'Killing', message: killing }));
    await stop(one);
    const report = await agent.explain('web-7d4b9c6f5-x2x7k/app');
    assert.equal(report.cause, 'orchestrator.probe', report.headline);
    assert.equal(report.certainty, 'certain');
    assert.match(
      report.headline,
      /^Stopped because its liveness probe failed 3 times in a row \(“HTTP probe failed with statuscode: 503”\); die \(PID 1\) got SIGTERM, was still running 1\.\d s later, and containerd killed it\.$/,
    );
    assert.equal(report.actor.kind, 'orchestrator');
    assert.ok(report.advice.some(({ command }) => command?.startsWith('livenessProbe: ') === true));
    assert.ok(report.evidence.some(({ kind, source }) => kind === 'orchestrator_state' && source === 'kubernetes'));
    assert.ok(report.complete && report.settled);
  });

  test('a pod that was deleted', async () => {
    const one = await run('api-0', ['die', 'term-exit']);
    const at = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
    const deletion = { deletionTimestamp: at, deletionGracePeriodSeconds: 0 };
    const owners = { ownerReferences: [{ kind: 'StatefulSet', name: 'api', controller: true }] };
    api.put('pods', { ...one.object, metadata: { ...one.object.metadata, ...owners, ...deletion } });
    const message = 'Stopping container app';
    api.put('events', eventObject({ pod: one.object, container: 'app', reason: 'Killing', message }));
    await stop(one);
    const report = await agent.explain('shop/api-0');
    assert.equal(report.cause, 'orchestrator.deleted', report.headline);
    assert.match(report.headline, /its pod shop\/api-0 was deleted/);
    assert.match(report.notes.join('\n'), /StatefulSet api/);
  });

  test('what Kubernetes says late still revises the verdict', async () => {
    const one = await run('job-x7', ['die', 'term-exit']);
    await stop(one);
    const first = await agent.explain('job-x7/app');
    assert.equal(first.cause, 'stop.graceful', first.headline);
    assert.match(first.notes.join('\n'), /Kubernetes gave no reason/);
    const status = { phase: 'Failed', reason: 'DeadlineExceeded', message: 'Pod was active on the node too long' };
    api.put('pods', { ...one.object, spec: { ...Object(one.object['spec']), activeDeadlineSeconds: 5 }, status });
    const revised = await waitFor(
      async () => (await agent.explain('job-x7/app')).cause === 'orchestrator.deadline',
      10_000,
    );
    assert.ok(revised);
  });

  test('doctor tells that the agent is joined', async () => {
    const { stdout } = await agent.run('doctor');
    assert.match(stdout, /Source kubernetes\s+running: Kubernetes v1\.31\.2, node n1/);
  });
});
