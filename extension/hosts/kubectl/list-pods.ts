import { displayText } from '../../../agent/domain/display.ts';
import { HostError } from '../failure.ts';
import { classifyKubectlEnd } from './classify.ts';
import { parsePods, type AgentPod } from './pods.ts';
import { runKubectl } from './run-kubectl.ts';

/** For whom pods are asked for, and where. */
export interface PodsQuery {
  readonly kubectlPath: string;
  readonly argv: readonly string[];
  /** Named in a failure. */
  readonly host: string;
  readonly namespace: string;
  readonly signal: AbortSignal;
}

/** Asks a cluster for pods. Rejects with HostError, or with the signal's reason. */
export async function listPods(query: PodsQuery): Promise<readonly AgentPod[]> {
  const { kubectlPath, argv, host, namespace, signal } = query;
  const answer = await runKubectl(kubectlPath, argv, signal);
  signal.throwIfAborted();
  if (answer.kind === 'missing') {
    const detail = `There is no ${displayText(kubectlPath)} that can be run.`;
    throw new HostError({ reason: 'cluster-denied', problem: 'no-kubectl', host, namespace, detail });
  }
  if (answer.kind === 'failed') throw new HostError(classifyKubectlEnd({ host, namespace, stderr: answer.stderr }));
  const pods = parsePods(answer.stdout);
  if (pods !== undefined) return pods;
  const detail = 'kubectl did not answer with a list of pods.';
  throw new HostError({ reason: 'cluster-unavailable', problem: 'unreachable', host, namespace, detail });
}
