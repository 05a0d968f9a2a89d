import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { dockerdUnavailable } from '../support/dockerd.ts';
import { waitFor } from '../support/process-tree.ts';
import { judge } from './judge.ts';
import type { Lab } from './lab.ts';
import { openLab } from './lab.ts';
import type { NamedScenario } from './load.ts';
import { loadScenarios } from './load.ts';
import { play } from './play.ts';

const scenarios = await loadScenarios();
const together = scenarios.filter(({ scenario }) => scenario.alone !== true);
const alone = scenarios.filter(({ scenario }) => scenario.alone === true);

describe('every way to die', { skip: dockerdUnavailable() }, () => {
  let lab: Lab;

  before(async () => {
    lab = await openLab();
  });

  after(async () => {
    await lab.close();
  });

  const dies = ({ name, scenario }: NamedScenario): void => {
    test(`${String(scenario.number)} ${scenario.title}`, { skip: scenario.elsewhere ?? false }, async () => {
      const { reports } = await play(lab, scenario, name);
      for (const report of reports) judge(scenario, report);
    });
  };

  describe('side by side', { concurrency: 4 }, () => {
    for (const one of together) dies(one);

    test('2 child over the limit, main lives on: a wounded container is no death', async () => {
      const container = 'wounded';
      const image = await lab.images.get('die');
      const script = 'trap "exit 0" TERM; die eat; echo survived; while :; do sleep 0.1; done';
      const { agent, dockerd } = lab;
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

  describe('one by one', () => {
    for (const one of alone) dies(one);
  });
});
