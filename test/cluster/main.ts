/**
 * Proves Inquest on a real Kubernetes: a cluster of one node with the agent as its DaemonSet, from the manifests and the
 * image's recipe as they are; pods die by the means that people have; each end is asked of the agent through kubectl.
 * Arguments select deaths by a part of their title. How each is told stands in dist/cluster afterwards.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../../agent/domain/errors.ts';
import { endedFromOutside, unlessEnded } from '../support/ended.ts';
import { clusterParts } from './build/parts.ts';
import { Cluster, clusterUnavailable } from './cluster.ts';
import { CLUSTER_DEATHS, SHOP } from './deaths.ts';
import { faultsOf } from './death.ts';
import type { ClusterDeath } from './death.ts';
import { DeployedAgent } from './deployed-agent.ts';
import { askAsExtension } from './extension.ts';
import { importImages } from './images.ts';
import { letDie } from './prove.ts';

const TEXTS = join(import.meta.dirname, '../../dist/cluster');
/** Those that the pods here have by their own words. */
const CONTAINERS = /^[\w-]+\/(?:app|setup|look)$/;
const MS_PER_SECOND = 1_000;

const unavailable = clusterUnavailable();
if (unavailable !== false) {
  process.stderr.write(`A cluster cannot be made here: ${unavailable}\n`);
  process.exit(1);
}
mkdirSync(TEXTS, { recursive: true });
const parts = await clusterParts();
const ended = endedFromOutside();
const cluster = await Cluster.start(parts.binaries, ended);
let isRight = false;
try {
  isRight = await unlessEnded(proveAll(process.argv.slice(2)), ended);
} catch (error) {
  process.stderr.write(`${messageOf(error)}\n${ended.aborted ? '' : cluster.logs()}\n`);
} finally {
  await cluster.stop();
}
// Of a run that was ended something may still wait for an answer.
process.exit(isRight ? 0 : 1);

/** @param filters parts of titles; none for all. Resolves to whether all was right. */
async function proveAll(filters: readonly string[]): Promise<boolean> {
  await importImages(cluster, parts.base);
  const agent = await DeployedAgent.deploy(cluster);
  process.stdout.write(`${await cluster.kubectlOk(['get', 'nodes,pods', '--all-namespaces', '--output', 'wide'])}\n\n`);
  await cluster.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: SHOP } });
  const isChosen = ({ title }: ClusterDeath): boolean =>
    filters.length === 0 || filters.some((part) => title.includes(part));
  const rights: boolean[] = [];
  for (const death of CLUSTER_DEATHS.filter(isChosen)) {
    if (!ended.aborted) rights.push(await prove(agent, death));
  }
  const doctor = await agent.run('doctor');
  process.stdout.write(`\n${doctor.stdout}${doctor.stderr}\n`);
  // What holds a pod together ends with it, which is nobody's death.
  const strange = (await agent.dead()).filter((name) => !CONTAINERS.test(name));
  if (strange.length > 0) process.stdout.write(`WRONG  told of ${strange.join(', ')}\n`);
  const deaths = await askAsExtension(cluster);
  process.stdout.write(`The extension, with the role inquest-reader, is told of ${String(deaths)} deaths.\n`);
  process.stdout.write(`${String(rights.filter(Boolean).length)} of ${String(rights.length)} right\n`);
  return rights.every(Boolean) && strange.length === 0 && deaths > 0 && doctor.code === 0;
}

async function prove(agent: DeployedAgent, death: ClusterDeath): Promise<boolean> {
  const begin = performance.now();
  let said = '';
  let faults: readonly string[];
  try {
    const report = await letDie(cluster, agent, death);
    said = `       ${report.cause}, ${report.certainty}: ${report.headline}\n`;
    faults = faultsOf(death, report);
    const file = `${death.title.replaceAll(/[^a-z]+/gi, '-')}.txt`;
    writeFileSync(join(TEXTS, file), (await agent.run('explain', report.id)).stdout);
  } catch (error) {
    faults = [messageOf(error)];
  }
  const seconds = ((performance.now() - begin) / MS_PER_SECOND).toFixed(0);
  process.stdout.write(`${faults.length === 0 ? 'right' : 'WRONG'}  ${death.title} (${seconds} s)\n${said}`);
  for (const fault of faults) process.stdout.write(`       ${fault}\n`);
  return faults.length === 0;
}
