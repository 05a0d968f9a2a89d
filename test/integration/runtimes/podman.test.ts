import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { TestAgent } from '../../support/agent.ts';
import { Podman, PODMAN_IMAGE, podmanUnavailable } from '../../support/podman.ts';

describe('Podman, by its own files', { skip: podmanUnavailable() }, () => {
  let podman: Podman;
  let agent: TestAgent;

  before(async () => {
    podman = await Podman.start();
    agent = new TestAgent({ docker: 'off', podman: podman.storage });
    await agent.start();
  });

  after(async () => {
    await agent.remove();
    await podman.stop();
  });

  for (const runtime of ['crun', 'runc'] as const) {
    test(`podman stop of a program without a handler, with ${runtime}`, async () => {
      const name = `web-${runtime}`;
      await podman.run(
        runtime,
        name,
        ['--label', 'app=shop', '--stop-timeout', '7'],
        ['sh', '-c', 'echo hi; exec sleep 1000'],
      );
      await podman.podmanOk('stop', '--time', '1', name);
      const report = await agent.explain(name);
      assert.equal(report.cause, 'stop.ignored', report.headline);
      assert.match(report.headline, /sleep \(PID 1\) has no handler for SIGTERM.*Podman killed it [1-9][\d.]* s later/);
      assert.equal(report.container.image, PODMAN_IMAGE);
      assert.equal(report.container.labels['app'], 'shop');
      assert.deepEqual(
        report.logTail?.lines.map(({ text }) => text),
        ['hi'],
      );
      const state = report.evidence.find(({ kind }) => kind === 'runtime_state');
      assert.equal(state?.source, 'podman');
    });
  }

  test('a container that outgrows its memory limit', async () => {
    await podman.run('crun', 'eater', ['--memory', '32m'], ['die', 'eat']);
    const report = await agent.explain('eater');
    assert.equal(report.cause, 'oom.container', report.headline);
    assert.equal(report.container.limits?.memoryBytes, 33_554_432);
    assert.ok(report.advice.some(({ command }) => command?.startsWith('podman ') === true));
  });

  test('podman kill', async () => {
    await podman.run('crun', 'killed', [], ['sleep', '1000']);
    await podman.podmanOk('kill', 'killed');
    const report = await agent.explain('killed');
    assert.equal(report.cause, 'kill.runtime', report.headline);
    assert.equal(report.actor.process?.exe, 'crun');
  });

  test('a container in a pod, which is none itself', async () => {
    const pod = await podman.podmanOk('pod', 'create', '--infra=false', '--name', 'shop');
    await podman.run('crun', 'shop-web', ['--pod', 'shop'], ['sleep', '1000']);
    await podman.podmanOk('kill', 'shop-web');
    const report = await agent.explain('shop-web');
    assert.equal(report.cause, 'kill.runtime', report.headline);
    assert.match(report.victim?.argv?.join(' ') ?? '', /^sleep 1000$/);
    await podman.podmanOk('pod', 'rm', '--force', 'shop');
    const deaths = await agent.deaths();
    assert.equal(
      deaths.some(({ container }) => container.id === pod),
      false,
    );
  });
});
