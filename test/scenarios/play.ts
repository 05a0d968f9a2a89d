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

/** Repetitions of a wound are written down from time to time. */
function isEnough({ expect: { hits = 0 } }: Scenario): (report: DeathReport) => boolean {
  return ({ wound }) => wound === null || wound.count >= hits;
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

async function reportsOn({ agent }: Lab, scenario: Scenario, container: string): Promise<readonly DeathReport[]> {
  const { deaths, wounds, earlier = 0 } = scenario;
  const most = wounds ?? deaths;
  if (most === undefined) return [await agent.explain(container)];
  const flags = wounds === undefined ? [] : ['--wounded'];
  let reports: readonly DeathReport[] = [];
  const allTold = await waitFor(async () => {
    reports = await agent.deaths(...flags, '--container', container);
    return (
      reports.length >= most + earlier && reports.every(isEnough(scenario)) && reports.every(({ settled }) => settled)
    );
  }, DEATHS_TIMEOUT_MS);
  if (!allTold || reports.length !== most + earlier) {
    throw new Error(`${String(reports.length)} of ${String(most + earlier)} ends of ${container} were told`);
  }
  return reports.toReversed().slice(earlier);
}
