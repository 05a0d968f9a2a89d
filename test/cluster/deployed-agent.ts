import { join } from 'node:path';
import { deathReportSchema } from '../../agent/cli/schemas.ts';
import type { DeathReport } from '../../agent/domain/report.ts';
import type { CommandResult } from '../support/run-command.ts';
import type { Cluster } from './cluster.ts';

export const NAMESPACE = 'inquest';
const MANIFESTS = join(import.meta.dirname, '../../agent/deploy/manifests');

/** The agent as the cluster runs it, asked in the way that people ask it: by kubectl. */
export class DeployedAgent {
  readonly #cluster: Cluster;
  readonly #pod: string;

  private constructor(cluster: Cluster, pod: string) {
    this.#cluster = cluster;
    this.#pod = pod;
  }

  /** Applies the manifests as they are. Resolves when its pod is ready. */
  static async deploy(cluster: Cluster): Promise<DeployedAgent> {
    await cluster.kubectlOk(['apply', '--kustomize', MANIFESTS]);
    const own = ['--namespace', NAMESPACE];
    await cluster.kubectlOk([...own, 'rollout', 'status', 'daemonset/inquest', '--timeout', '90s']);
    const name = await cluster.kubectlOk([...own, 'get', 'pods', '--output', 'name']);
    return new DeployedAgent(cluster, name.replace('pod/', ''));
  }

  run(...argv: readonly string[]): Promise<CommandResult> {
    const where = ['exec', this.#pod, '--namespace', NAMESPACE, '--container', 'agent', '--', 'inquest'];
    return this.#cluster.kubectl([...where, ...argv]);
  }

  /** Names of the containers whose ends it tells. */
  async dead(): Promise<readonly string[]> {
    const { stdout } = await this.run('deaths', '--json', '--limit', '500');
    const lines = stdout.split('\n').filter((line) => line !== '');
    return lines.map((line) => deathReportSchema.parse(JSON.parse(line)).container.name ?? '');
  }

  /** `undefined` where it knows of no end of that container. */
  async explain(query: string): Promise<DeathReport | undefined> {
    const { code, stdout } = await this.run('explain', '--json', query);
    return code === 0 ? deathReportSchema.parse(JSON.parse(stdout)) : undefined;
  }
}
