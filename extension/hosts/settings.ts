import { DEFAULT_SETTINGS } from '../../agent/domain/settings.ts';

/** `auto` takes the system's ssh where there is one, else ssh2. */
export type TransportChoice = 'auto' | 'openssh' | 'ssh2';

/** `auto` forwards the socket and, where the server does not allow that, runs `inquest dial-stdio`. */
export type RouteChoice = 'auto' | 'forward' | 'dial-stdio';

/** How one host is reached. From the user's settings only, never from a workspace. */
export interface HostSettings {
  /** `local`, an alias of ~/.ssh/config, `user@host`, `ssh://user@host:port`, or `kubectl://CONTEXT/NODE`. */
  readonly target: string;
  readonly transport: TransportChoice;
  readonly route: RouteChoice;
  /** Run `sudo -n inquest dial-stdio` on the host; there is no forwarding then. */
  readonly sudo: boolean;
  /** The agent's socket on the host. */
  readonly socket: string;
  /** The `inquest` command on the host: a name in PATH, or a path. */
  readonly command: string;
  /** The system's ssh: a name in PATH, or a path. */
  readonly sshPath: string;
  /** A name in PATH, or a path. */
  readonly kubectlPath: string;
  /** Where the agents of a cluster are. */
  readonly namespace: string;
  /** Read in place of ~/.ssh/config and the system's, like `ssh -F`. */
  readonly sshConfigFile?: string;
}

export const LOCAL_TARGET = 'local';

export const DEFAULT_HOST_SETTINGS: HostSettings = {
  target: LOCAL_TARGET,
  transport: 'auto',
  route: 'auto',
  sudo: false,
  socket: DEFAULT_SETTINGS.socket,
  command: 'inquest',
  sshPath: 'ssh',
  kubectlPath: 'kubectl',
  namespace: 'inquest',
};
