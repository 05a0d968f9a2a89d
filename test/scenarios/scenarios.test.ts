import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { dockerdUnavailable } from '../support/dockerd.ts';
import { waitFor } from '../support/process-tree.ts';
import { judgePlayed } from './judge.ts';
import type { Lab } from './lab.ts';
import { openLab } from './lab.ts';
import type { NamedScenario } from './load.ts';
import { loadScenarios } from './load.ts';
import { unmet } from './needs.ts';
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
    test(`${String(scenario.number)} ${scenario.title}`, { skip: unmet(scenario) ?? false }, async () => {
      judgePlayed(scenario, await play(lab, scenario, name));
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
        const wounded = async (): Promise<boolean> => (await agent.run('explain', container)).code === 0;
        assert.ok(await waitFor(wounded, 30_000));
        const alive = await agent.run('explain', container);
        assert.match(alive.stdout, /wounded runs, but 1 process of it was killed or crashed since/);
        assert.match(alive.stdout, /memory limit of 24 MiB; the container runs on/);

        await dockerd.dockerOk('stop', container);
        const report = await agent.explain(container);
        assert.equal(report.cause, 'stop.graceful', report.headline);
        assert.doesNotMatch(report.headline, /memory/i);
        assert.match(report.notes.join(' '), /killed for memory before; the container lived on/);
        assert.ok(report.evidence.some(({ kind }) => kind === 'oom_kill'));
        assert.deepEqual(
          report.wounds.map(({ cause, led }) => [cause, led]),
          [['oom.container', false]],
        );
        const [wound] = await agent.deaths('--wounded', '--container', container);
        assert.equal(wound?.wound?.end?.deathId, report.id);
        assert.match(wound.headline, /the container ran on for /);
      } finally {
        await dockerd.docker('rm', '-f', container);
      }
    });
  });

  describe('one by one', () => {
    for (const one of alone) dies(one);
  });
});
