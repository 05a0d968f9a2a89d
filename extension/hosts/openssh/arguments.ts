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
export function masterArguments({ settings, target, controlPath, batch }: SshArguments): readonly string[] {
  const options = [
    ...OPTIONS,
    ...(controlPath === undefined
      ? ['ControlMaster=no', 'ControlPath=none']
      : ['ControlMaster=yes', 'ControlPersist=no', `ControlPath=${escapePercent(controlPath)}`]),
    ...(batch ? ['BatchMode=yes'] : []),
  ];
  return [
    ...(settings.sshConfigFile === undefined ? [] : ['-F', settings.sshConfigFile]),
    '-T',
    ...options.flatMap((option) => ['-o', option]),
    ...(target.port === undefined ? [] : ['-p', String(target.port)]),
    ...(target.user === undefined ? [] : ['-l', target.user]),
    '--',
    target.alias,
    sessionCommand(settings.socket, settings.command),
  ];
}

/** Asks the master to forward a local socket; without any configuration, whose forwardings it would ask for too. */
export function forwardArguments(controlPath: string, localSocket: string, remoteSocket: string): readonly string[] {
  const master = ['-F', 'none', '-o', `ControlPath=${escapePercent(controlPath)}`];
  return [...master, '-O', 'forward', '-L', `${localSocket}:${remoteSocket}`, '--', 'master'];
}

function escapePercent(path: string): string {
  return path.replaceAll('%', '%%');
}
