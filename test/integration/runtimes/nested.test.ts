import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { TestAgent } from '../../support/agent.ts';
import { buildDieRootfs } from '../../support/die-image.ts';
import { dockerdUnavailable, startDockerd } from '../../support/dockerd.ts';
import type { Dockerd } from '../../support/dockerd.ts';
import { INNER_IMAGE, InnerDocker } from '../../support/inner-docker.ts';

/** The first process with these words in its arguments; the pattern does not fit its own. */
const KILL_IT = "kill -9 $(ps -o pid,args | awk '/[s]leep 1001/ { print $1; exit }')";

/** As the nodes of kind and the runners of many a CI are made: a runtime in a privileged container. */
describe('containers in a container', { skip: dockerdUnavailable() }, () => {
  let dockerd: Dockerd;
  let inner: InnerDocker;
  /** The host's agent: it speaks to the host's Docker, and knows what runs inside by the kernel alone. */
  let agent: TestAgent;
  let toStop: TestAgent | undefined;
  let ofNode: string;

  before(async () => {
    dockerd = await startDockerd();
    const die = join(dockerd.root, 'die');
    await buildDieRootfs(die);
    inner = new InnerDocker(dockerd, 'node-1', join(dockerd.root, 'inner'));
    await inner.start(die);
    ofNode = await dockerd.dockerOk('inspect', '--format', '{{.Id}}', inner.outer);
    // It ran before the agent did.
    await inner.dockerOk('run', '--detach', '--network', 'none', '--name', 'early', INNER_IMAGE, 'sleep', '1000');
    agent = new TestAgent({ docker: dockerd.socketPath });
    toStop = agent;
    await agent.start();
  });

  after(async () => {
    await toStop?.remove();
    await dockerd.docker('rm', '--force', inner.outer);
    await dockerd.stop();
  });

  async function run(name: string, options: readonly string[], ...command: readonly string[]): Promise<string> {
    return inner.dockerOk('run', '--detach', '--network', 'none', '--name', name, ...options, INNER_IMAGE, ...command);
  }

  test('a crash is one of the container inside, and says in which other it runs', async () => {
    const id = await run('crash', [], 'die', 'null');
    const report = await agent.explain(id);
    assert.equal(report.cause, 'crash.segfault', report.headline);
    assert.match(report.headline, /^die \(PID 1\) crashed with SIGSEGV: .*in null_dereference\(\)/);
    assert.equal(report.container.id, id);
    assert.deepEqual(report.container.outer, { id: ofNode, name: inner.outer });
    assert.ok(
      (await agent.deaths()).every(({ container }) => container.id === id),
      'the node has not died',
    );
  });

  test('its own memory limit', async () => {
    const id = await run('eats', ['--memory', '24m'], 'die', 'eat');
    const report = await agent.explain(id);
    assert.equal(report.cause, 'oom.container', report.headline);
    assert.match(report.headline, /24 MiB/);
  });

  test('docker stop inside is a stop by the runtime inside', async () => {
    const id = await run('stays', [], 'sleep', '1000');
    await inner.dockerOk('stop', '--time', '1', 'stays');
    const report = await agent.explain(id);
    assert.equal(report.cause, 'stop.ignored', report.headline);
    assert.equal(report.actor.kind, 'runtime');
  });

  test('somebody in the container around it kills it', async () => {
    const id = await run('victim', [], 'sleep', '1001');
    await dockerd.dockerOk('exec', inner.outer, 'sh', '-c', KILL_IT);
    const report = await agent.explain(id);
    assert.equal(report.cause, 'kill.container', report.headline);
    assert.match(
      report.headline,
      /^Killed from the container in which it runs: sh -c .* in container node-1 sent SIGKILL to sleep \(PID 1\)/,
    );
  });

  test('one that ran before the agent did', async () => {
    const id = await inner.dockerOk('inspect', '--format', '{{.Id}}', 'early');
    await inner.dockerOk('kill', 'early');
    const report = await agent.explain(id);
    assert.equal(report.cause, 'kill.runtime', report.headline);
  });

  test('an agent that is joined to the runtime inside knows names and images, as one on a node of kind does', async () => {
    const there = new TestAgent({ docker: inner.socketPath });
    try {
      await there.start();
      await run('known', [], 'die', 'abort');
      const report = await there.explain('known');
      assert.equal(report.cause, 'crash.abort', report.headline);
      assert.deepEqual([report.container.image, report.container.outer?.id], [INNER_IMAGE, ofNode]);
      // SIGABRT is nothing to a process 1 without a handler: abort() then runs into an instruction that may not be.
      const code = process.arch === 'arm64' ? /exit code 133/ : /exit code 139/;
      assert.match(report.evidence.find(({ kind }) => kind === 'runtime_state')?.text ?? '', code);
    } finally {
      await there.remove();
    }
  });

  test('a runtime in a container of a container: whose word counts is that of the one around', async () => {
    const innermost = inner.within('runner-1');
    await innermost.start(join(dockerd.root, 'die'));
    try {
      const ofRunner = await inner.dockerOk('inspect', '--format', '{{.Id}}', innermost.outer);
      const id = await innermost.dockerOk('run', '--detach', '--network', 'none', INNER_IMAGE, 'sleep', '1003');
      await innermost.dockerOk('kill', id);
      const killed = await agent.explain(id);
      assert.deepEqual([killed.cause, killed.actor.kind], ['kill.runtime', 'runtime'], killed.headline);
      assert.deepEqual(killed.container.outer, { id: ofRunner, name: null });

      const last = await innermost.dockerOk('run', '--detach', '--network', 'none', INNER_IMAGE, 'sleep', '1003');
      const late = new TestAgent({ docker: 'off' });
      try {
        await late.start();
        await dockerd.dockerOk('exec', inner.outer, 'sh', '-c', KILL_IT.replace('1001', '1003'));
        for (const one of [agent, late]) {
          const report = await one.explain(last);
          assert.equal(report.cause, 'kill.container', report.headline);
          assert.match(
            report.headline,
            /^Killed from the container in which it runs: sh -c .* in container (node-1|[0-9a-f]{12}) sent/,
          );
          assert.equal(report.container.outer?.id, ofRunner);
        }
      } finally {
        await late.remove();
      }
    } finally {
      await inner.docker('rm', '--force', innermost.outer);
    }
  });

  test('the end of the container around it', async () => {
    const id = await run('last', [], 'sleep', '1002');
    await dockerd.dockerOk('kill', inner.outer);
    const report = await agent.explain(id);
    assert.equal(report.cause, 'stop.shutdown', report.headline);
    assert.match(report.headline, /^Ended with the container in which it ran: node-1 was going down/);
    const around = await agent.explain(inner.outer);
    assert.equal(around.cause, 'kill.runtime', around.headline);
  });
});
