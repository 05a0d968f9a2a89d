import { HostError } from './failure.ts';
import { isKubectlTarget, parseKubectlTarget } from './kubectl/target.ts';
import { KubectlTransport } from './kubectl/transport.ts';
import { LocalTransport } from './local/transport.ts';
import { findSsh } from './openssh/find-ssh.ts';
import { OpenSshTransport } from './openssh/transport.ts';
import type { SecretStore } from './prompter.ts';
import { LOCAL_TARGET, type HostSettings } from './settings.ts';
import { Ssh2Transport } from './ssh2/transport.ts';
import { parseTarget } from './target.ts';
import type { HostLog, HostTransport } from './transport.ts';

/** The transport that the settings ask for. Which one `auto` takes depends on the machine alone, never on a failure. */
export async function chooseTransport(
  settings: HostSettings,
  log: HostLog,
  secrets: SecretStore | undefined,
): Promise<HostTransport> {
  if (settings.target === LOCAL_TARGET) return new LocalTransport(settings);
  if (isKubectlTarget(settings.target)) return kubectlTransport(settings);
  const target = parseTarget(settings.target);
  if (target === undefined) {
    throw new HostError({ reason: 'configuration', host: settings.target, detail: 'This is no name of a host.' });
  }
  const ssh = await findSsh(settings.sshPath);
  const choice = settings.transport === 'auto' ? (ssh === undefined ? 'ssh2' : 'openssh') : settings.transport;
  const context = { settings, target, ssh, log, secrets };
  if (choice === 'ssh2') return new Ssh2Transport(context);
  if (ssh !== undefined) return new OpenSshTransport({ ...context, ssh });
  throw new HostError({
    reason: 'configuration',
    host: settings.target,
    detail: `There is no ${settings.sshPath} on this machine. Install OpenSSH, or set the transport to ssh2.`,
  });
}

function kubectlTransport(settings: HostSettings): HostTransport {
  const target = parseKubectlTarget(settings.target, settings.namespace);
  if (target !== undefined) return new KubectlTransport(settings, target);
  throw new HostError({
    reason: 'configuration',
    host: settings.target,
    detail: 'This is neither kubectl://CONTEXT/NODE nor kubectl://CONTEXT/NAMESPACE/POD.',
  });
}
