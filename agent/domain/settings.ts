/** The agent's settings after file, environment and flags are merged. */
export interface Settings {
  /** Unix socket the agent listens on. */
  readonly socket: string;
  /** Folder of the store. The pin folder in bpffs follows from it. */
  readonly data: string;
  /** Docker's socket; `off` to not look for one. */
  readonly docker: string;
  /** Group that may use the socket, where it exists. */
  readonly socketGroup: string;
  /** Members may see argv and log lines. root and the agent's own user always may. */
  readonly sensitiveGroup: string;
  readonly retentionDays: number;
  readonly retentionBytes: number;
  /** Also detach the BPF programs on SIGTERM instead of leaving them to collect for the next agent. */
  readonly detachOnStop: boolean;
  readonly logLevel: 'error' | 'warn' | 'info' | 'debug';
}

export const DEFAULT_SETTINGS: Settings = {
  socket: '/run/inquest/agent.sock',
  data: '/var/lib/inquest',
  docker: '/var/run/docker.sock',
  socketGroup: 'inquest',
  sensitiveGroup: 'inquest',
  retentionDays: 30,
  retentionBytes: 1_073_741_824,
  detachOnStop: false,
  logLevel: 'info',
};

export const SETTINGS_FILE = '/etc/inquest/agent.json';
