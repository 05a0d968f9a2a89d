import { globSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { TestAgent } from '../support/agent.ts';
import { buildDieImage } from '../support/die-image.ts';
import { type Dockerd, dockerdUnavailable, startDockerd } from '../support/dockerd.ts';
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
});
