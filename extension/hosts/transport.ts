import type { Readable, Writable } from 'node:stream';
import type { HostFacts } from './remote/facts.ts';
import type { Prompter } from './prompter.ts';

export type TransportName = 'local' | 'openssh' | 'ssh2' | 'kubectl';

/** How bytes get from the far end of a link to the agent's socket. */
export type Route = 'forward' | 'dial-stdio' | 'sudo-dial-stdio';

/** Where a connection tells what it does. VS Code's LogOutputChannel is one. */
export interface HostLog {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
}

/** One attempt to connect. */
export interface Attempt {
  /** Ends the attempt; it then rejects with the signal's reason. */
  readonly signal: AbortSignal;
  /** Absent in the background, where nobody may be asked anything. */
  readonly prompter: Prompter | undefined;
}

/** A pair of streams to the agent. */
export interface AgentStreams {
  readonly readable: Readable;
  readonly writable: Writable;
}

export interface ExecuteOptions {
  /** Gives the command a terminal of its own on the host, so that it may ask for a password. */
  readonly terminal?: boolean;
}

/** A command that runs on a host. */
export interface HostProcess {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Its exit status; `undefined` where a signal ended it, the link was lost, or it did not start. Never rejects. */
  readonly ended: Promise<number | undefined>;
  kill(): void;
}

/** A way to a host that stands: authenticated, the agent not yet spoken to. */
export interface HostLink {
  /** Connects to the agent's socket. Rejects with HostError, or with any other error when the far end refuses. */
  open(route: Route): Promise<AgentStreams>;
  /** What the host says about the agent and its socket. */
  facts(): Promise<HostFacts>;
  /** Whether the agent answers `inquest dial-stdio`, tried without using it. */
  answers(): Promise<boolean>;
  /** Runs a line in the login shell of the host, beside what else the link does. */
  execute(command: string, options?: ExecuteOptions): Promise<HostProcess>;
  /** What the link's own client said last, for the log; empty when nothing. */
  lastWords(): string;
  close(): void;
}

/** One of four ways to a host. */
export interface HostTransport {
  readonly name: TransportName;
  /** Named in the log, e.g. `ssh (OpenSSH_9.2p1)`. */
  readonly description: string;
  /** Rejects with HostError. */
  connect(attempt: Attempt): Promise<HostLink>;
}
