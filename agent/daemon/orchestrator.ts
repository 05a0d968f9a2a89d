import { inClusterAccess, isInCluster } from '../collectors/kubernetes/access.ts';
import type { Collector } from '../domain/collector.ts';
import type { Settings } from '../domain/settings.ts';

export interface OrchestratorOptions {
  readonly settings: Pick<Settings, 'kubernetes' | 'node'>;
  /** Name of this machine. */
  readonly host: string;
  readonly env: NodeJS.ProcessEnv;
}

/** What tells why Kubernetes ends containers; nothing, and nothing loaded, where it is not told how to reach that. */
export async function findOrchestrator({ settings, host, env }: OrchestratorOptions): Promise<Collector | undefined> {
  const { kubernetes, node } = settings;
  if (kubernetes === 'off' || (kubernetes === 'auto' && !isInCluster(env))) return undefined;
  const { createKubernetesCollector } = await import('../collectors/kubernetes/kubernetes-collector.ts');
  const common = { node: node === '' ? host.toLowerCase() : node };
  if (kubernetes === 'auto') {
    return createKubernetesCollector({ ...common, endpoint: 'service account', access: () => inClusterAccess(env) });
  }
  const { kubeconfigAccess } = await import('../collectors/kubernetes/kubeconfig.ts');
  return createKubernetesCollector({ ...common, endpoint: kubernetes, access: () => kubeconfigAccess(kubernetes) });
}
