import type { DeathReport } from '../../agent/domain/report.ts';
import { waitFor } from '../support/process-tree.ts';
import type { Inspected } from './inspect.ts';
import { inspectState } from './inspect.ts';
import type { Lab } from './lab.ts';
import type { Scenario } from './scenario.ts';
import { perform } from './stage.ts';

const DEATHS_TIMEOUT_MS = 30_000;

/** What was said of a scenario's deaths. */
export interface Played {
  /** Oldest first for each container. */
  readonly reports: readonly DeathReport[];
  /** What `docker inspect` showed afterwards. */
  readonly inspected: Inspected;
  readonly container: string;
}

/** Lets the scenario's containers live and die, and asks the agent about them. */
export async function play(lab: Lab, scenario: Scenario, name: string): Promise<Played> {
  const image = await lab.images.get(scenario.image ?? 'die');
  const containers = Array.from({ length: scenario.containers ?? 1 }, (_, index) =>
    index === 0 ? name : `${name}-${String(index + 1)}`,
  );
  const stage = await perform(scenario, lab.dockerd, image, containers);
  try {
    const inspected = await inspectState(lab.dockerd, name);
    const reports = await Promise.all(containers.map((container) => reportsOn(lab, scenario, container)));
    return { reports: reports.flat(), inspected, container: name };
  } finally {
    await stage.remove();
  }
}

async function reportsOn({ agent }: Lab, { deaths }: Scenario, container: string): Promise<readonly DeathReport[]> {
  if (deaths === undefined) return [await agent.explain(container)];
  let reports: readonly DeathReport[] = [];
  const allTold = await waitFor(async () => {
    reports = await agent.deaths('--container', container);
    return reports.length >= deaths && reports.every(({ settled }) => settled);
  }, DEATHS_TIMEOUT_MS);
  if (!allTold || reports.length !== deaths) {
    throw new Error(`${container} died ${String(deaths)} times, but ${String(reports.length)} deaths were told`);
  }
  return reports.toReversed();
}
