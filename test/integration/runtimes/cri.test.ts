import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { TestAgent } from '../../support/agent.ts';
import { Containerd, DIE_IMAGE, containerdUnavailable } from '../../support/containerd.ts';
import type { CriDriver, Pod } from '../../support/cri-driver.ts';
import { assertEaten, runEater } from '../../support/cri-eater.ts';

describe('pods of Kubernetes on containerd, by CRI', { skip: containerdUnavailable() }, () => {
  let containerd: Containerd;
  let agent: TestAgent;
  let cri: CriDriver;
  let pod: Pod;

  before(async () => {
    containerd = await Containerd.start();
    await containerd.importImages('k8s.io', 'default');
    agent = new TestAgent({ docker: 'off', cri: containerd.socketPath, containerd: containerd.socketPath });
    await agent.start();
    cri = await containerd.cri();
    pod = await cri.runPod({ name: 'web-7d4b9c6f5-x2x7k', labels: { app: 'web' } });
  });

  after(async () => {
    await agent.remove();
    await containerd.stop();
  });

  test('a container that does not stop within its grace period', async () => {
    const options = { name: 'app', image: DIE_IMAGE, command: ['die', 'term-stay'], graceSeconds: 1 };
    const id = await cri.runContainer(pod, options);
    await cri.stopContainer(id, 1);
    const report = await agent.explain('web-7d4b9c6f5-x2x7k/app');
    assert.equal(report.cause, 'stop.forced');
    assert.match(
      report.headline,
      /die \(PID 1\) got SIGTERM, was still running 1\.\d s later, and containerd killed it/,
    );
    assert.equal(report.container.id, id);
    assert.equal(report.container.image, DIE_IMAGE);
    assert.equal(report.container.labels['io.kubernetes.pod.namespace'], 'shop');
    assert.equal(report.container.labels['app'], 'web');
    assert.equal(report.container.restartCount, 0);
    assert.ok(report.advice.some(({ command }) => command?.startsWith('terminationGracePeriodSeconds: ') === true));
    const state = report.evidence.find(({ kind }) => kind === 'runtime_state');
    assert.equal(state?.source, 'cri');
    assert.match(state.text, /exit code 137, OOMKilled false/);
    assert.ok(report.complete && report.settled);
  });

  test('a child that the memory limit of the container kills, with the log and the message that it left', async () => {
    const id = await runEater(cri, pod, DIE_IMAGE, containerd.root);
    assertEaten(await agent.explain(id.slice(0, 12)));
  });

  test('the end of a pod tells of its containers and not of its pause container', async () => {
    const ending = await cri.runPod({ name: 'job-1' });
    const id = await cri.runContainer(ending, { name: 'main', image: DIE_IMAGE, command: ['sleep', '1000'] });
    await cri.stopContainer(id, 1);
    await cri.removePod(ending);
    const report = await agent.explain('job-1/main');
    assert.equal(report.cause, 'stop.ignored', report.headline);
    const deaths = await agent.deaths();
    assert.equal(
      deaths.some(({ container }) => container.id === ending.id),
      false,
    );
  });

  test('a container that ctr made, without Kubernetes, is known by its name', async () => {
    const id = randomBytes(32).toString('hex');
    await containerd.ctrOk('run', '--detach', '--label', 'nerdctl/name=cache', DIE_IMAGE, id, 'sleep', '1000');
    await containerd.ctrOk('task', 'kill', '--signal', 'SIGKILL', id);
    const report = await agent.explain('cache');
    assert.equal(report.cause, 'kill.runtime', report.headline);
    assert.match(report.headline, /Killed through containerd.* sleep \(PID 1\) was sent SIGKILL/);
    assert.equal(report.container.image, DIE_IMAGE);
    assert.equal(report.container.id, id);
  });

  test('a container that ctr made is called by the name that it was given', async () => {
    await containerd.ctrOk('run', '--detach', DIE_IMAGE, 'my-worker', 'sh', '-c', 'die term-stay');
    await containerd.ctrOk('task', 'kill', '--signal', 'SIGKILL', 'my-worker');
    const report = await agent.explain('my-worker');
    assert.equal(report.cause, 'kill.runtime', report.headline);
    assert.equal(report.container.name, 'my-worker');
    assert.equal(report.container.image, DIE_IMAGE);
  });
});
