import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { TestAgent } from '../../support/agent.ts';
import { type Dockerd, dockerdUnavailable, startDockerd } from '../../support/dockerd.ts';
import { waitFor } from '../../support/process-tree.ts';
import { runCommand } from '../../support/run-command.ts';

const DEAD_TIMEOUT_MS = 20_000;

describe('deaths while the agent is away', { skip: dockerdUnavailable() }, () => {
  let dockerd: Dockerd;
  let agent: TestAgent;
  let image: string;

  before(async () => {
    dockerd = await startDockerd();
    image = await dockerd.importBusybox();
    agent = new TestAgent({ docker: dockerd.socketPath });
    await agent.start();
  });

  after(async () => {
    try {
      await agent.remove();
    } finally {
      await dockerd.stop();
    }
  });

  async function runDetached(name: string, ...command: string[]): Promise<void> {
    await dockerd.dockerOk('run', '--detach', '--network', 'none', '--name', name, image, ...command);
  }

  test('after kill -9 the kernel goes on collecting, and the next agent explains with its evidence', async () => {
    await runDetached('before-killed', 'sleep', '1000');
    await agent.kill();

    const pid = await dockerd.dockerOk('inspect', '--format', '{{.State.Pid}}', 'before-killed');
    await runCommand('bash', ['-c', `kill -9 ${pid}; true`]);
    await dockerd.docker(
      'run',
      '--network',
      'none',
      '--memory',
      '16m',
      '--name',
      'down-oom',
      image,
      'tail',
      '/dev/zero',
    );
    await runDetached('down-stop', 'sleep', '1000');
    await dockerd.dockerOk('stop', '--time', '1', 'down-stop');
    await agent.start();

    const killed = await agent.explain('before-killed');
    assert.equal(killed.cause, 'kill.host', killed.headline);
    assert.equal(killed.certainty, 'certain');
    assert.match(killed.headline, /bash .* sent SIGKILL/);
    assert.equal(killed.complete, false, 'what the killed agent had read of it is gone');

    const oom = await agent.explain('down-oom');
    assert.equal(oom.cause, 'oom.container', oom.headline);
    assert.equal(oom.certainty, 'certain');
    assert.equal(oom.complete, true, 'the kernel saw all of it');

    const stopped = await agent.explain('down-stop');
    assert.equal(stopped.cause, 'stop.ignored', stopped.headline);
    assert.equal(stopped.certainty, 'certain');

    for (const report of [killed, oom, stopped]) {
      assert.ok(report.evidence.some(({ source, kind }) => source === 'kernel' && kind === 'process_exit'));
      assert.equal(report.exit.signal, 'SIGKILL');
      assert.equal(report.origin, 'recovered');
    }
    assert.equal((await agent.deaths('--container', 'down-oom')).length, 1, 'told once');
  });

  test('a clean SIGTERM leaves the programs to the next agent as well', async () => {
    assert.equal(await agent.stop('SIGTERM'), 0);
    await dockerd.docker('run', '--network', 'none', '--name', 'upgrade', image, 'sh', '-c', 'exit 7');
    await agent.start();
    const report = await agent.explain('upgrade');
    assert.equal(report.cause, 'exit.error');
    assert.equal(report.certainty, 'certain');
    assert.equal(report.exit.code, 7);
  });

  test('with the programs detached, what the runtime remembers is told as what it is', async () => {
    assert.equal(await agent.stop('SIGINT'), 0);
    await runDetached('unseen', 'sleep', '1000');
    await dockerd.dockerOk('kill', 'unseen');
    await agent.start();
    await waitFor(async () => (await agent.run('explain', 'unseen')).code === 0, DEAD_TIMEOUT_MS);
    const report = await agent.explain('unseen');
    assert.equal(report.origin, 'reconciled');
    assert.equal(report.exit.code, 137);
    assert.notEqual(report.certainty, 'certain');
    assert.equal(report.complete, false);
    assert.doesNotMatch(report.headline, /out of memory:/i);
  });

  test('a death is never told twice, however often the agent starts', async () => {
    const before = (await agent.deaths('--limit', '500')).map(({ id }) => id);
    await agent.stop('SIGTERM');
    await agent.start();
    // The runtime is asked a little after the start: wait until that is over.
    await waitFor(() => false, 3_000);
    const ids = (await agent.deaths('--limit', '500')).map(({ id }) => id);
    assert.deepEqual(ids, before);
    assert.equal(new Set(ids).size, ids.length);
  });
});
