import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { messageOf } from '../../../agent/domain/errors.ts';
import { TestAgent } from '../../support/agent.ts';
import type { CriDriver, Pod } from '../../support/cri-driver.ts';
import { assertEaten, runEater } from '../../support/cri-eater.ts';
import { Crio, crioUnavailable } from '../../support/crio/crio.ts';
import { FakeKubeApi } from '../../support/fake-kube-api.ts';
import { eventObject, podObject } from '../../support/kube-objects.ts';
import { waitFor } from '../../support/process-tree.ts';
import { stopAsKubelet } from '../../support/stop-as-kubelet.ts';

const IMAGE = 'registry.example/die:1';
const NAMED = 'web-7d4b9c6f5-x2x7k/typo';

describe('pods on CRI-O: conmon and crun by the names of its packages', { skip: crioUnavailable() }, () => {
  let crio: Crio;
  let agent: TestAgent;
  let api: FakeKubeApi;
  let cri: CriDriver;
  let pod: Pod;

  before(async () => {
    crio = await Crio.start();
    api = await FakeKubeApi.start();
    const kubernetes = api.kubeconfig();
    agent = new TestAgent({ docker: 'off', cri: crio.socketPath, kubernetes, flags: ['--node', 'n1'] });
    await agent.start();
    cri = await crio.cri();
    pod = await cri.runPod({
      name: 'web-7d4b9c6f5-x2x7k',
      labels: { app: 'web' },
    });
  });

  after(async () => {
    await agent.remove();
    await api.stop();
    await crio.stop();
  });

  test('kubelet has a container stopped that does not stop within its grace period', async () => {
    const options = {
      name: 'app',
      image: IMAGE,
      command: ['die', 'term-stay'],
      graceSeconds: 1,
    };
    const id = await cri.runContainer(pod, options);
    await stopAsKubelet(crio.root, crio.socketPath, id, 1);
    const report = await agent.explain('web-7d4b9c6f5-x2x7k/app');
    assert.equal(report.cause, 'stop.forced', report.headline);
    assert.match(report.headline, /die \(PID 1\) got SIGTERM, was still running 1\.\d s later, and CRI-O killed it/);
    assert.equal(report.actor.kind, 'runtime');
    // The test itself has just asked for the container to be made.
    assert.ok(report.actor.requester?.candidates.some(({ process }) => process.exe === 'kubelet'));
    assert.equal(report.container.id, id);
    assert.equal(report.container.runtime, 'cri-o');
    assert.equal(report.container.image, IMAGE);
    assert.equal(report.container.labels['app'], 'web');
    assert.match(report.evidence.find(({ kind }) => kind === 'runtime_state')?.text ?? '', /exit code 137/);
    assert.ok(report.complete && report.settled);
  });

  test('a child that the memory limit of the container kills, with the log and the message that it left', async () => {
    const id = await runEater(cri, pod, IMAGE, crio.root);
    const said = assertEaten(await agent.explain(id.slice(0, 12)));
    // Whether conmon hears of it in time depends on its version, and decides nothing.
    assert.match(said, /exit code 137, OOMKilled (?:true|false)/);
  });

  test('a container whose program is not there, of which the runtime keeps nothing, but kubelet says what it was told', async () => {
    api.put('pods', podObject({ uid: pod.uid, name: pod.name, container: 'typo' }));
    const options = { name: 'typo', image: IMAGE, command: ['no-such-program'] };
    const error = await cri.createContainer(pod, options).then(
      () => 'it was made',
      (refused: unknown) => messageOf(refused),
    );
    const at = new Date();
    assert.match(error, /container create failed.*no-such-program/);
    const isIts = ({ cause }: { readonly cause: string }): boolean => cause.startsWith('start.');
    assert.ok(await waitFor(async () => (await agent.deaths()).some(isIts), 15_000));
    const nameless = (await agent.deaths()).find(isIts);
    assert.match(
      nameless?.headline ?? '',
      /^Could not start: the container was taken down before any program of it ran/,
    );
    assert.deepEqual(
      nameless?.advice.map(({ command }) => command),
      ['journalctl -u kubelet -u containerd -u crio'],
    );
    // kubelet tells without the name of the call.
    const message = error.replace(/^.*?(?=container create failed)/s, 'Error: ');
    const of = podObject({ uid: pod.uid, name: pod.name });
    api.put('events', eventObject({ pod: of, reason: 'Failed', message, container: 'typo', at }));
    const isNamed = async (): Promise<boolean> =>
      (await agent.deaths()).some(({ container }) => container.name === NAMED);
    assert.ok(await waitFor(isNamed, 15_000));
    const report = await agent.explain(NAMED);
    assert.equal(report.cause, 'start.not-found', report.headline);
    assert.match(report.headline, /not found in the image\. kubelet said: container create failed: .*no-such-program/);
    assert.equal(report.id, nameless?.id);
    assert.ok(report.notes.every((note) => !note.includes('gave no reason')));
  });

  test('the end of a pod tells of its containers, and not of the control group that stands for the pod', async () => {
    const ending = await cri.runPod({ name: 'job-1' });
    await cri.runContainer(ending, {
      name: 'main',
      image: IMAGE,
      command: ['sleep', '1000'],
    });
    await cri.removePod(ending);
    const report = await agent.explain('job-1/main');
    assert.equal(report.cause, 'stop.ignored', report.headline);
    const deaths = await agent.deaths();
    assert.ok(deaths.every(({ container }) => container.id !== ending.id));
  });
});
