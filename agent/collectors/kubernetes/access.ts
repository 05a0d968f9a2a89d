import { readFile } from 'node:fs/promises';
import { InquestError, errorCode, messageOf } from '../../domain/errors.ts';

/** How to reach an API server, and as whom. */
export interface ClusterAccess {
  /** `https://10.96.0.1:443`. */
  readonly server: string;
  /** The only authorities that are trusted; those of the machine where absent. PEM. */
  readonly ca?: Buffer;
  readonly clientCertificate?: Buffer;
  readonly clientKey?: Buffer;
  /** Read anew for every request: tokens of service accounts are replaced every hour. */
  readonly token?: () => Promise<string>;
  readonly serverName?: string;
}

const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';
const FILE_MAX = 1_048_576;

export interface PodEnvironment {
  readonly KUBERNETES_SERVICE_HOST?: string | undefined;
  readonly KUBERNETES_SERVICE_PORT?: string | undefined;
}

/** Whether this process runs in a pod that may speak to its cluster. */
export function isInCluster({ KUBERNETES_SERVICE_HOST: host }: PodEnvironment): boolean {
  return host !== undefined && host !== '';
}

/** The service account of the pod that this process runs in. */
export async function inClusterAccess(env: PodEnvironment, folder = SERVICE_ACCOUNT): Promise<ClusterAccess> {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port = '443' } = env;
  if (host === undefined || host === '') {
    throw new InquestError('runtime-absent', 'The agent does not run in a pod of Kubernetes.', {
      next: 'Set "kubernetes" in the settings to a kubeconfig file, or to "off".',
    });
  }
  return {
    server: `https://${host.includes(':') ? `[${host}]` : host}:${port}`,
    ca: await readBounded(`${folder}/ca.crt`),
    token: async () => (await readBounded(`${folder}/token`)).toString('utf8').trim(),
  };
}

/** A file of the machine's owner, of a sane size. */
export async function readBounded(path: string): Promise<Buffer> {
  try {
    const content = await readFile(path);
    if (content.length <= FILE_MAX) return content;
  } catch (error) {
    const reason = errorCode(error) === 'EACCES' ? 'no-permission' : 'runtime-failed';
    throw new InquestError(reason, `The file ${path} cannot be read: ${messageOf(error)}`, { cause: error });
  }
  throw new InquestError('runtime-failed', `The file ${path} is too large.`);
}
