/** The agent's settings after file, environment and flags are merged. */
export interface Settings {
  /** Unix socket the agent listens on. */
  readonly socket: string;
  /** Folder of the store. The pin folder in bpffs follows from it. */
  readonly data: string;
  /** Docker's socket; `auto` to look where it usually is, `off` to not look for one. */
  readonly docker: string;
  /** Podman's storage, or the socket of its service. `auto` and `off` as for Docker. */
  readonly podman: string;
  /** Socket of a runtime that speaks CRI: containerd with its plugin, CRI-O. */
  readonly cri: string;
  /** containerd's socket, for containers that neither Docker nor Kubernetes made. */
  readonly containerd: string;
  /**
   * Where Kubernetes' API is: a kubeconfig file; `auto` for the service account of the agent's own pod, where it
   * runs in one; `off`.
   */
  readonly kubernetes: string;
  /** Name of this machine in Kubernetes; empty for the host's. */
  readonly node: string;
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

/** Folder on bpffs below which agents keep their kernel programs attached. */
export const PIN_ROOT = '/sys/fs/bpf/inquest';

export const DEFAULT_SETTINGS: Settings = {
  socket: '/run/inquest/agent.sock',
  data: '/var/lib/inquest',
  docker: 'auto',
  podman: 'auto',
  cri: 'auto',
  containerd: 'auto',
  kubernetes: 'auto',
  node: '',
  socketGroup: 'inquest',
  sensitiveGroup: 'inquest',
  retentionDays: 30,
  retentionBytes: 1_073_741_824,
  detachOnStop: false,
  logLevel: 'info',
};

export const SETTINGS_FILE = '/etc/inquest/agent.json';
