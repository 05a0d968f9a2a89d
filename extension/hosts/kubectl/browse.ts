import { HostError } from '../failure.ts';
import { AGENT_SELECTOR, listArguments } from './arguments.ts';
import { listPods } from './list-pods.ts';
import { runKubectl } from './run-kubectl.ts';

const CONTEXTS_MS = 3_000;
const MOST = 200;

/** Contexts of the kubeconfig, read without speaking to any cluster; none where there is no kubectl. */
export async function listContexts(kubectlPath: string): Promise<readonly string[]> {
  const argv = ['config', 'get-contexts', '--output=name'];
  const answer = await runKubectl(kubectlPath, argv, AbortSignal.timeout(CONTEXTS_MS));
  if (answer.kind !== 'ok') return [];
  return answer.stdout
    .split('\n')
    .filter((name) => name !== '')
    .slice(0, MOST);
}

/** Nodes of a cluster that have an agent, one at least. Rejects with HostError where there is none, or it does not say. */
export async function listNodes(kubectlPath: string, context: string, namespace: string): Promise<readonly string[]> {
  const argv = [...listArguments(context, namespace), `--selector=${AGENT_SELECTOR}`];
  const common = { host: context, namespace };
  const pods = await listPods({ ...common, kubectlPath, argv, signal: new AbortController().signal });
  const nodes = pods.map(({ node }) => node).filter((node) => node !== '');
  if (nodes.length > 0) return [...new Set(nodes)].sort().slice(0, MOST);
  const detail = `There is no pod of an agent in the namespace ${namespace}.`;
  throw new HostError({ ...common, reason: 'cluster-unavailable', problem: 'no-agent', detail });
}
