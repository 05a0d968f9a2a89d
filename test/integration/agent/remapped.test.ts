import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { DeathReport } from '../../../agent/domain/report.ts';
import { TestAgent } from '../../support/agent.ts';
import { buildDieImage } from '../../support/die-image.ts';
import { REMAPPED_ID, dockerdUnavailable, startDockerd } from '../../support/dockerd.ts';
import type { Dockerd } from '../../support/dockerd.ts';

/** Docker with --userns-remap: root of a container is an unknown number on the host. */
describe('containers in user namespaces of their own', { skip: dockerdUnavailable() }, () => {
  let dockerd: Dockerd;
  let agent: TestAgent;
  let image: string;

  before(async () => {
    dockerd = await startDockerd({ remapsUsers: true });
    image = await buildDieImage(dockerd);
    agent = new TestAgent({ docker: dockerd.socketPath });
    await agent.start();
  });

  after(async () => {
    await agent.remove();
    await dockerd.stop();
  });

  async function dies(name: string, options: readonly string[], ...command: readonly string[]): Promise<DeathReport> {
    await dockerd.docker('run', '--network', 'none', '--name', name, ...options, image, ...command);
    return agent.explain(name);
  }

  test('a crash has its backtrace, from an image that is not of the host’s root', async () => {
    const report = await dies('crash', [], 'die', 'null');
    assert.equal(report.cause, 'crash.segfault');
    assert.match(report.headline, /null_dereference/);
    assert.equal(report.victim?.uid, REMAPPED_ID);
  });

  test('its own memory limit', async () => {
    const report = await dies('eats', ['--memory', '24m'], 'die', 'eat');
    assert.equal(report.cause, 'oom.container', report.headline);
    assert.equal(report.certainty, 'certain');
  });

  test('a process inside kills another one there', async () => {
    await dockerd.dockerOk(
      'run',
      '--detach',
      '--network',
      'none',
      '--name',
      'inside',
      image,
      'sh',
      '-c',
      'sleep 600; exit $?',
    );
    await dockerd.docker('exec', 'inside', 'sh', '-c', 'kill -9 $(pidof sleep)');
    const report = await agent.explain('inside');
    assert.equal(report.cause, 'kill.inside', report.headline);
    assert.equal(report.actor.process?.uid, REMAPPED_ID);
  });

  test('a stop that its main process does not hear, and who asked for it', async () => {
    await dockerd.dockerOk('run', '--detach', '--network', 'none', '--name', 'deaf', image, 'sleep', '600');
    await dockerd.dockerOk('stop', '--time', '1', 'deaf');
    const report = await agent.explain('deaf');
    assert.equal(report.cause, 'stop.ignored', report.headline);
    assert.match(report.headline, /root ran `docker stop --time 1 deaf`/);
  });
});
