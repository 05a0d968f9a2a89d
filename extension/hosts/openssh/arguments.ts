import { sessionCommand } from '../remote/session-script.ts';
import type { HostSettings } from '../settings.ts';
import type { SshTarget } from '../target.ts';

export const KEEP_ALIVE_SECONDS = 15;
export const KEEP_ALIVE_COUNT = 3;

/** Options win over ~/.ssh/config: what a person's own sessions do there must not happen here. All exist since OpenSSH 7.6. */
const OPTIONS: readonly string[] = [
  'ClearAllForwardings=yes',
  'ForwardAgent=no',
  'ForwardX11=no',
  'Tunnel=no',
  'PermitLocalCommand=no',
  'RemoteCommand=none',
  'RequestTTY=no',
  'VisualHostKey=no',
  'LogLevel=INFO',
  `ServerAliveInterval=${String(KEEP_ALIVE_SECONDS)}`,
  `ServerAliveCountMax=${String(KEEP_ALIVE_COUNT)}`,
];

export interface SshArguments {
  readonly settings: HostSettings;
  readonly target: SshTarget;
  /** Where the client listens for requests to forward; none on Windows. */
  readonly controlPath: string | undefined;
  /** Ask nobody, not even the askpass program. */
  readonly batch: boolean;
}

/** The one long-lived ssh of a link: a private master that runs the session script. */
export function masterArguments(ssh: SshArguments): readonly string[] {
  return clientArguments(ssh, '-T', sessionCommand(ssh.settings.socket, ssh.settings.command));
}

/** Another login that runs one command: where there is no control socket, so that nobody can be asked either. */
export function executeArguments(ssh: SshArguments, command: string, terminal: boolean): readonly string[] {
  return clientArguments({ ...ssh, controlPath: undefined, batch: true }, terminal ? '-tt' : '-T', command);
}

function clientArguments(
  { settings, target, controlPath, batch }: SshArguments,
  terminal: '-T' | '-tt',
  command: string,
): readonly string[] {
  const options = [
    ...OPTIONS,
    ...(controlPath === undefined
      ? ['ControlMaster=no', 'ControlPath=none']
      : ['ControlMaster=yes', 'ControlPersist=no', `ControlPath=${escapePercent(controlPath)}`]),
    ...(batch ? ['BatchMode=yes'] : []),
  ];
  return [
    ...(settings.sshConfigFile === undefined ? [] : ['-F', settings.sshConfigFile]),
    // Before the options: what comes first counts, and they say that there is no terminal.
    terminal,
    ...options.flatMap((option) => ['-o', option]),
    ...(target.port === undefined ? [] : ['-p', String(target.port)]),
    ...(target.user === undefined ? [] : ['-l', target.user]),
    '--',
    target.alias,
    command,
  ];
}

/** Asks the master to forward a local socket; without any configuration, whose forwardings it would ask for too. */
export function forwardArguments(controlPath: string, localSocket: string, remoteSocket: string): readonly string[] {
  const master = ['-F', 'none', '-o', `ControlPath=${escapePercent(controlPath)}`];
  return [...master, '-O', 'forward', '-L', `${localSocket}:${remoteSocket}`, '--', 'master'];
}

/**
 * Runs one more command through the master, without another login. Where the master lets it down ssh would look for a
 * host of the name `master`: a proxy that fails keeps it from that.
 */
export function throughMasterArguments(controlPath: string, command: string, terminal: boolean): readonly string[] {
  const master = ['-F', 'none', '-o', `ControlPath=${escapePercent(controlPath)}`, '-o', 'ProxyCommand=false'];
  // Else it says at the end of a terminal that the connection to the master is closed, which it is not.
  return [...master, '-o', 'LogLevel=ERROR', terminal ? '-tt' : '-T', '--', 'master', command];
}

function escapePercent(path: string): string {
  return path.replaceAll('%', '%%');
}
