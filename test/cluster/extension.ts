import { DEFAULT_HOST_SETTINGS, createHostConnection } from '../../extension/hosts/index.ts';
import { formatKubectlTarget } from '../../extension/hosts/kubectl/target.ts';
import { runCommand } from '../support/run-command.ts';
import type { Cluster } from './cluster.ts';
import { NODE } from './cluster.ts';
import { SHOP } from './deaths.ts';
import { NAMESPACE } from './deployed-agent.ts';
import { CONTEXT } from './pki.ts';

const TIMEOUT_MS = 30_000;

const quiet = (): undefined => undefined;

function nobody(): never {
  throw new Error('nobody is asked here');
}

/**
 * The extension's own way into the cluster, for somebody who may do no more than ask the agents. Resolves to how many
 * deaths it was told of. @throws where the way is closed, or open wider than that
 */
export async function askAsExtension(cluster: Cluster): Promise<number> {
  const kubectlPath = await cluster.addPerson('reader', NAMESPACE, 'inquest-reader');
  const target = formatKubectlTarget(CONTEXT, NODE);
  const connection = createHostConnection({
    settings: { ...DEFAULT_HOST_SETTINGS, target, route: 'dial-stdio', kubectlPath },
    identity: { clientName: 'test', clientVersion: '0.1.0', timeoutMs: TIMEOUT_MS },
    prompter: { passphrase: nobody, password: nobody, keyboardInteractive: nobody, confirmHostKey: nobody },
    log: { debug: quiet, info: quiet, warn: quiet },
    backoff: { minMs: TIMEOUT_MS, maxMs: TIMEOUT_MS },
  });
  try {
    await connection.connect({ attended: false });
    const { deaths } = await connection.request('deaths/list', {});
    const { code, stderr } = await runCommand(kubectlPath, ['--namespace', SHOP, 'get', 'pods']);
    if (code === 0 || !stderr.includes('Forbidden'))
      throw new Error(`the reader may see the pods of others: ${stderr}`);
    return deaths.length;
  } finally {
    connection.dispose();
  }
}
