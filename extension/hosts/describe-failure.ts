import { describeCluster } from './kubectl/describe-cluster.ts';
import type { HostFailure, HostKeyProblem } from './failure.ts';
import type { FailureText, Translate } from './failure-text.ts';
import { shellQuote } from './remote/shell-quote.ts';
import { LOCAL_TARGET } from './settings.ts';

export type { FailureText } from './failure-text.ts';

const inEnglish: Translate = (message, ...values) =>
  message.replaceAll(/\{(\d+)\}/g, (whole, index: string) => String(values[Number(index)] ?? whole));

/** This machine is known by a name of our own, which nobody has to know. */
function placeOf(host: string, t: Translate): string {
  return host === LOCAL_TARGET ? t('this machine') : host;
}

/** The text and the next step of each reason. `t` is vscode.l10n.t, or absent for English. */
export function describeFailure(failure: HostFailure, t: Translate = inEnglish): FailureText {
  switch (failure.reason) {
    case 'no-such-host': {
      const { host } = failure;
      return {
        title: t('No such host: {0}', host),
        detail: t('The name {0} does not resolve to an address.', host),
        next: t('Check the spelling, your network or VPN, and HostName in ~/.ssh/config.'),
      };
    }
    case 'refused': {
      const { host, port, detail } = failure;
      return {
        title: t('{0} does not accept connections', host),
        detail:
          port === undefined
            ? t('No SSH connection to {0} came about: {1}.', host, detail)
            : t('No SSH connection to {0} port {1} came about: {2}.', host, port, detail),
        next: t('Check that the host is up, that an SSH server listens there, and that no firewall stands in between.'),
      };
    }
    case 'host-key':
      return describeHostKey(failure, t);
    case 'authentication': {
      const { host, user, methods, attended } = failure;
      return {
        title: t('{0} did not let you in', host),
        detail:
          methods.length === 0
            ? t('The server took none of your credentials for {0}.', user)
            : t('The server took none of your credentials for {0}. It offers: {1}.', user, methods.join(', ')),
        next: attended
          ? t(
              'Check User and IdentityFile in ~/.ssh/config, and that your public key is in authorized_keys on the host.',
            )
          : t('Connect by hand: in the background nobody is asked for a passphrase or a password.'),
        command: `ssh -v -- ${shellQuote(host)}`,
        runOn: 'here',
      };
    }
    case 'agent-not-installed': {
      const host = placeOf(failure.host, t);
      const { socket, command } = failure;
      return {
        title: t('Inquest is not installed on {0}', host),
        detail: t('There is no command {0} and no socket {1} on the host.', command, socket),
        next: t('Install Inquest there. If it stands outside of PATH, set its path in the settings of the host.'),
      };
    }
    case 'agent-not-running': {
      const host = placeOf(failure.host, t);
      const { socket } = failure;
      return {
        title: t('The agent on {0} is not running', host),
        detail: t('Nobody answers on {0}.', socket),
        next: t('Start it. If it listens elsewhere, set the socket in the settings of the host.'),
        command: 'sudo systemctl start inquest',
        runOn: failure.host === LOCAL_TARGET ? 'here' : 'host',
      };
    }
    case 'no-permission-on-socket': {
      const host = placeOf(failure.host, t);
      const { user, group, socket, sudo } = failure;
      return {
        title: t('{0} may not use the agent on {1}', user, host),
        detail:
          sudo === 'refused'
            ? t('sudo on the host wants a password or does not allow it, and {0} may not open {1}.', user, socket)
            : t('The agent’s socket {0} is for members of the group {1}.', socket, group),
        next: t('Add the user to the group on the host, then log in there again: groups are given at login.'),
        command: `sudo usermod -aG ${shellQuote(group)} ${shellQuote(user)}`,
        runOn: 'host',
      };
    }
    case 'forwarding-disabled': {
      const { host, dialStdio } = failure;
      return {
        title: t('{0} does not forward sockets', host),
        detail:
          dialStdio === 'no-command'
            ? t('The SSH server does not forward Unix sockets, and the inquest command is not in PATH on the host.')
            : t('The SSH server does not forward Unix sockets, and the settings of the host allow nothing else.'),
        next:
          dialStdio === 'no-command'
            ? t('Set the path of inquest in the settings of the host, or allow forwarding in its sshd_config.')
            : t('Set the route of the host to auto or dial-stdio, or allow forwarding in its sshd_config.'),
        command: 'AllowStreamLocalForwarding yes',
        runOn: 'host',
      };
    }
    case 'cluster-unavailable':
    case 'cluster-denied':
      return describeCluster(failure, t);
    case 'agent-too-old': {
      const host = placeOf(failure.host, t);
      return {
        title: t('The agent on {0} is too old', host),
        detail: t('It speaks an older version of the protocol than this extension.'),
        next: t('Upgrade Inquest on the host.'),
      };
    }
    case 'agent-too-new': {
      const host = placeOf(failure.host, t);
      return {
        title: t('The agent on {0} is too new', host),
        detail: t('It speaks a newer version of the protocol than this extension.'),
        next: t('Upgrade the Inquest extension.'),
      };
    }
    case 'agent-failed': {
      const host = placeOf(failure.host, t);
      const { detail } = failure;
      return {
        title: t('The agent on {0} turned the connection away', host),
        detail,
        next: t('It is tried again. If it stays so, look at what the agent says on the host.'),
        command: 'inquest doctor',
        runOn: 'host',
      };
    }
    case 'timeout': {
      const { host, seconds } = failure;
      return {
        title: t('{0} does not answer', host),
        detail: t('Nothing came within {0} seconds.', seconds),
        next: t('Check that the host is up and that no firewall drops what is sent to it.'),
      };
    }
    case 'connection-lost': {
      const { host, detail } = failure;
      return {
        title: t('The connection to {0} was lost', host),
        detail,
        next: t('It is made again by itself; no death is missed meanwhile.'),
      };
    }
    case 'configuration': {
      const { host, detail } = failure;
      return {
        title: t('The configuration of {0} does not work', host),
        detail,
        next: t('Correct ~/.ssh/config or the settings of the host.'),
      };
    }
    case 'cancelled': {
      const { host } = failure;
      return {
        title: t('Connecting to {0} was cancelled', host),
        detail: t('You cancelled it.'),
        next: t('Connect again when you like.'),
      };
    }
  }
}

type HostKeyFailure = Extract<HostFailure, { reason: 'host-key' }>;

const HOST_KEY_DETAIL: Readonly<Record<HostKeyProblem, string>> = {
  changed:
    'Another {1} key is known for it in {2}. The host was set up anew, or somebody is listening in. It now shows {0}.',
  revoked: 'The key {0} is marked as revoked in {2}.',
  unknown: 'Its key {0} is not in known_hosts, and nobody was there to be asked.',
  rejected: 'You did not trust its key {0}.',
  'certificate-authority':
    'A certificate authority vouches for it in {2}. The built-in SSH client cannot verify host certificates, and takes no plain key in their place.',
};

const HOST_KEY_NEXT: Readonly<Record<HostKeyProblem, string>> = {
  changed: 'Ask whoever runs the host whether its key changed. Only if it did, remove the old one and connect again.',
  revoked: 'Do not connect. Ask whoever runs the host.',
  unknown: 'Connect by hand and compare the fingerprint with the one of the host.',
  rejected: 'Compare the fingerprint with the one of the host, then connect again.',
  'certificate-authority': 'Set the transport to openssh, which verifies certificates.',
};

function describeHostKey(failure: HostKeyFailure, t: Translate): FailureText {
  const { host, problem, fingerprint = '', keyType = '', file, line } = failure;
  const place = file === undefined ? 'known_hosts' : `${file}${line === undefined ? '' : `:${String(line)}`}`;
  const text = {
    title:
      problem === 'changed'
        ? t('The host key of {0} has changed', host)
        : t('The host key of {0} is not trusted', host),
    detail: t(HOST_KEY_DETAIL[problem], fingerprint, keyType, place),
    next: t(HOST_KEY_NEXT[problem]),
  };
  if (problem !== 'changed' || file === undefined || line === undefined) return text;
  return { ...text, command: `sed -i ${String(line)}d ${shellQuote(file)}`, runOn: 'here' };
}
