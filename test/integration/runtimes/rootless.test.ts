import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { TestAgent } from '../../support/agent.ts';
import { PODMAN_IMAGE } from '../../support/podman.ts';
import { RootlessPodman, rootlessUnavailable } from '../../support/rootless-podman.ts';

const LIMIT = 33_554_432;

describe('Podman of a user without root', { skip: rootlessUnavailable() }, () => {
  let podman: RootlessPodman;
  let agent: TestAgent;

  before(async () => {
    podman = await RootlessPodman.start();
    agent = new TestAgent({ docker: 'off', podman: '/var/lib/containers/storage' });
    await agent.start();
  });

  after(async () => {
    await agent.remove();
    await podman.stop();
  });

  test('podman stop of a program without a handler, with its name, its image and its log in the journal', async () => {
    await podman.run('web', ['--label', 'app=shop'], ['sh', '-c', 'echo hi; exec sleep 1000']);
    await podman.podmanOk('stop', '--time', '1', 'web');
    const report = await agent.explain('web');
    assert.equal(report.cause, 'stop.ignored', report.headline);
    assert.match(report.headline, /sleep \(PID 1\) has no handler for SIGTERM/);
    assert.equal(report.container.image, PODMAN_IMAGE);
    assert.deepEqual(
      report.logTail?.lines.map(({ text }) => text),
      ['hi'],
    );
  });

  test('a container that outgrows its memory limit', async () => {
    await podman.run('eater', ['--memory', '32m'], ['die', 'eat']);
    const report = await agent.explain('eater');
    assert.equal(report.cause, 'oom.container', report.headline);
    assert.equal(report.container.limits?.memoryBytes, LIMIT);
    assert.equal(report.victim?.uid, Number(podman.uid));
  });

  test('kill -9 by the user, who needs no runtime for it', async () => {
    await podman.run('killed', [], ['sleep', '1000']);
    const pid = await podman.podmanOk('inspect', '--format', '{{.State.Pid}}', 'killed');
    process.kill(Number(pid), 'SIGKILL');
    const report = await agent.explain('killed');
    assert.equal(report.cause, 'kill.host', report.headline);
  });
});
