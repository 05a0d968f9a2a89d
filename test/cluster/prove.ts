import type { DeathReport } from '../../agent/domain/report.ts';
import { waitFor } from '../support/process-tree.ts';
import type { Cluster } from './cluster.ts';
import { faultsOf } from './death.ts';
import type { ClusterDeath } from './death.ts';
import type { DeployedAgent } from './deployed-agent.ts';
import { SHOP } from './deaths.ts';

const RUNS_MS = 60_000;
const DIES_MS = 45_000;
const IN_SHOP = ['--namespace', SHOP] as const;

/** Lets the pod die. Resolves to the last report, as expected where it came to be within the time. */
export async function letDie(cluster: Cluster, agent: DeployedAgent, death: ClusterDeath): Promise<DeathReport> {
  const { objects, die, restore, container = 'app', withinMs = DIES_MS } = death;
  await cluster.apply(...objects);
  try {
    const name = await podOf(cluster, death);
    if (die !== undefined) {
      await cluster.kubectlOk([...IN_SHOP, 'wait', '--for=condition=Ready', `pod/${name}`, '--timeout', '60s']);
      await die(cluster);
    }
    const query = `${SHOP}/${name}/${container}`;
    let report: DeathReport | undefined;
    // What Kubernetes says comes late at times, and revises the verdict.
    const isTold = async (): Promise<boolean> => {
      report = await agent.explain(query);
      return report?.settled === true && faultsOf(death, report).length === 0;
    };
    await waitFor(isTold, withinMs);
    if (report === undefined) throw new Error(`the agent knows of no end of ${query}`);
    return report;
  } finally {
    await restore?.(cluster);
    await cluster.remove(...objects);
  }
}

const MADE = /^(?:deployment|job)\//;

/** The pod itself, or the one that its Deployment or its Job had made. */
async function podOf(cluster: Cluster, { pod }: ClusterDeath): Promise<string> {
  if (!MADE.test(pod)) return pod;
  const owner = pod.replace(MADE, '');
  const list = [...IN_SHOP, 'get', 'pods', '--selector', `app=${owner}`, '--output', 'name'];
  let names = '';
  await waitFor(async () => {
    names = await cluster.kubectlOk(list);
    return names !== '';
  }, RUNS_MS);
  return names.replace('pod/', '');
}
