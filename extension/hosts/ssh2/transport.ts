import type { Client, ClientChannel, ExecOptions } from 'ssh2';
import { evaluateConfig, type Options } from '../config/evaluate.ts';
import { askSsh, BadConfiguration } from '../config/ssh-g.ts';
import { HostError } from '../failure.ts';
import type { SystemSsh } from '../openssh/find-ssh.ts';
import type { SecretStore } from '../prompter.ts';
import type { HostFacts } from '../remote/facts.ts';
import { sessionCommand } from '../remote/session-script.ts';
import { HostSession } from '../remote/session.ts';
import type { HostSettings } from '../settings.ts';
import type { SshTarget } from '../target.ts';
import type {
  AgentStreams,
  Attempt,
  ExecuteOptions,
  HostLink,
  HostLog,
  HostProcess,
  HostTransport,
  Route,
} from '../transport.ts';
import { connectSsh2, type Connected } from './connect.ts';

export interface Ssh2Context {
  readonly settings: HostSettings;
  readonly target: SshTarget;
  /** Asked for what its configuration says, where there is one. */
  readonly ssh: SystemSsh | undefined;
  readonly log: HostLog;
  readonly secrets: SecretStore | undefined;
}

/** SSH without an `ssh`: the client is a library, the configuration and known_hosts are the person's. */
export class Ssh2Transport implements HostTransport {
  readonly name = 'ssh2';
  readonly description: string;
  readonly #context: Ssh2Context;

  constructor(context: Ssh2Context) {
    this.#context = context;
    const { ssh } = context;
    this.description = `ssh2 (configuration read ${ssh === undefined ? 'by ourselves' : `by ${ssh.path} -G`})`;
  }

  async connect(attempt: Attempt): Promise<HostLink> {
    const { settings, target, log, secrets } = this.#context;
    const readOptions = (host: SshTarget): Promise<Options> => this.#readOptions(host);
    return new Ssh2Link(settings, await connectSsh2(target, { attempt, log, secrets, readOptions }));
  }

  async #readOptions(target: SshTarget): Promise<Options> {
    const { settings, ssh } = this.#context;
    const { sshConfigFile: configFile } = settings;
    if (ssh === undefined) return evaluateConfig(target, configFile === undefined ? {} : { configFile });
    try {
      return await askSsh(ssh.path, target, configFile);
    } catch (error) {
      if (!(error instanceof BadConfiguration)) throw error;
      throw new HostError({ reason: 'configuration', host: target.alias, detail: error.message }, error);
    }
  }
}

class Ssh2Link implements HostLink {
  readonly #settings: HostSettings;
  readonly #connected: Connected;
  #session: Promise<HostSession> | undefined;

  constructor(settings: HostSettings, connected: Connected) {
    this.#settings = settings;
    this.#connected = connected;
  }

  async open(route: Route): Promise<AgentStreams> {
    if (route !== 'forward') return (await this.#shell()).dial(route === 'sudo-dial-stdio');
    const channel = await forward(this.#connected.client, this.#settings.socket);
    return { readable: channel, writable: channel };
  }

  async facts(): Promise<HostFacts> {
    return (await this.#shell()).facts();
  }

  async answers(): Promise<boolean> {
    return (await this.#shell()).answers();
  }

  async execute(command: string, { terminal = false }: ExecuteOptions = {}): Promise<HostProcess> {
    return processOf(await execute(this.#connected.client, command, terminal ? TERMINAL : {}));
  }

  lastWords(): string {
    return '';
  }

  close(): void {
    this.#connected.close();
  }

  #shell(): Promise<HostSession> {
    const { socket, command } = this.#settings;
    this.#session ??= openSession(this.#connected.client, sessionCommand(socket, command));
    return this.#session;
  }
}

/** The error says the same for a socket that is not there, may not be used, or is not forwarded. */
async function forward(client: Client, socket: string): Promise<ClientChannel> {
  const { promise, resolve, reject } = Promise.withResolvers<ClientChannel>();
  client.openssh_forwardOutStreamLocal(socket, (error, channel) => {
    if (error !== undefined) reject(error);
    else resolve(channel);
  });
  return promise;
}

const TERMINAL: ExecOptions = { pty: { term: 'xterm-256color', cols: 100, rows: 30 } };

async function execute(client: Client, command: string, options: ExecOptions): Promise<ClientChannel> {
  const { promise, resolve, reject } = Promise.withResolvers<ClientChannel>();
  client.exec(command, options, (error, channel) => {
    if (error !== undefined) reject(error);
    else resolve(channel);
  });
  return promise;
}

function processOf(channel: ClientChannel): HostProcess {
  const { promise: ended, resolve } = Promise.withResolvers<number | undefined>();
  let status: number | undefined;
  channel.on('exit', (code: number | null) => {
    status = code ?? undefined;
  });
  channel.on('close', () => {
    resolve(status);
  });
  const kill = (): void => {
    channel.close();
  };
  return { stdin: channel, stdout: channel, stderr: channel.stderr, ended, kill };
}

async function openSession(client: Client, command: string): Promise<HostSession> {
  const channel = await execute(client, command, {});
  // Unread, it would fill the window that standard output shares with it.
  channel.stderr.resume();
  return new HostSession(channel, channel);
}
