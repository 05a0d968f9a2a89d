import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { TestAgent } from '../support/agent.ts';
import { buildDieImage } from '../support/die-image.ts';
import { type Dockerd, dockerdUnavailable, startDockerd } from '../support/dockerd.ts';
import { waitFor } from '../support/process-tree.ts';
import { judge } from './judge.ts';
import type { Scenario } from './scenario.ts';
import { perform } from './stage.ts';

const scenarios = await Promise.all(
  globSync('deaths/*.ts', { cwd: import.meta.dirname })
    .sort()
    .map(loadScenario),
);

async function loadScenario(file: string): Promise<Scenario> {
  const loaded: unknown = await import(`./${file}`);
  if (typeof loaded !== 'object' || loaded === null || !('scenario' in loaded) || !isScenario(loaded.scenario)) {
    throw new Error(`${file} exports no scenario`);
  }
  return loaded.scenario;
}

/** The compiler has checked the rest: each file declares its scenario as one. */
function isScenario(value: unknown): value is Scenario {
  return typeof value === 'object' && value !== null && 'number' in value && 'expect' in value;
}

describe('every way to die', { skip: dockerdUnavailable(), concurrency: 3 }, () => {
  let dockerd: Dockerd;
  let agent: TestAgent;
  let image: string;

  before(async () => {
    dockerd = await startDockerd();
    image = await buildDieImage(dockerd);
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

  for (const [index, scenario] of scenarios.entries()) {
    test(`${String(scenario.number)} ${scenario.title}`, async () => {
      const container = `death-${String(scenario.number)}-${String(index)}`;
      const remove = await perform(scenario, dockerd, image, container);
      try {
        judge(scenario, await agent.explain(container));
      } finally {
        await dockerd.docker('rm', '-f', container);
        remove();
      }
    });
  }

  test('2 child over the limit, main lives on: a wounded container is no death', async () => {
    const container = 'wounded';
    const script = 'trap "exit 0" TERM; die eat; echo survived; while :; do sleep 0.1; done';
    try {
      await dockerd.dockerOk(
        ...['run', '--detach', '--network', 'none', '--name', container, '--memory', '24m', image],
        ...['sh', '-c', script],
      );
      const survived = async (): Promise<boolean> =>
        (await dockerd.docker('logs', container)).stdout.includes('survived');
      assert.ok(await waitFor(survived, 30_000));
      const alive = await agent.run('explain', container);
      assert.equal(alive.code, 3, alive.stdout);
      assert.match(alive.stderr, /running/);

      await dockerd.dockerOk('stop', container);
      const report = await agent.explain(container);
      assert.equal(report.cause, 'stop.graceful', report.headline);
      assert.doesNotMatch(report.headline, /memory/i);
      assert.match(report.notes.join(' '), /killed for memory before; the container lived on/);
      assert.ok(report.evidence.some(({ kind }) => kind === 'oom_kill'));
    } finally {
      await dockerd.docker('rm', '-f', container);
    }
  });
});
