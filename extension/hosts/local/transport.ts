import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { errorCode } from '../../../agent/domain/errors.ts';
import { HostError } from '../failure.ts';
import { hostProcessOf } from '../host-process.ts';
import type { HostFacts } from '../remote/facts.ts';
import { sessionCommand } from '../remote/session-script.ts';
import { HostSession } from '../remote/session.ts';
import type { HostSettings } from '../settings.ts';
import type {
  AgentStreams,
  Attempt,
  ExecuteOptions,
  HostLink,
  HostProcess,
  HostTransport,
  Route,
} from '../transport.ts';

/** The machine this code runs on: in Remote-SSH, WSL or code-server that is the node itself. */
export class LocalTransport implements HostTransport {
  readonly name = 'local';
  readonly description = 'the local socket';
  readonly #settings: HostSettings;

  constructor(settings: HostSettings) {
    this.#settings = settings;
  }

  connect(_attempt: Attempt): Promise<HostLink> {
    return Promise.resolve(new LocalLink(this.#settings));
  }
}

class LocalLink implements HostLink {
  readonly #settings: HostSettings;
  #child: ChildProcess | undefined;
  #session: HostSession | undefined;
  #socket: Socket | undefined;

  constructor(settings: HostSettings) {
    this.#settings = settings;
  }

  async open(route: Route): Promise<AgentStreams> {
    if (route !== 'forward') return this.#shell().dial(route === 'sudo-dial-stdio');
    const { socket: path, target: host } = this.#settings;
    const socket = connect({ path });
    this.#socket = socket;
    try {
      await once(socket, 'connect');
    } catch (error) {
      if (errorCode(error) !== 'ECONNREFUSED') throw error;
      throw new HostError({ reason: 'agent-not-running', host, socket: path }, error);
    }
    return { readable: socket, writable: socket };
  }

  facts(): Promise<HostFacts> {
    return this.#shell().facts();
  }

  answers(): Promise<boolean> {
    return this.#shell().answers();
  }

  execute(command: string, { terminal = false }: ExecuteOptions = {}): Promise<HostProcess> {
    // script(1) makes the terminal: sudo asks there and nowhere else.
    const [file, argv] = terminal ? ['script', ['-qec', command, '/dev/null']] : ['sh', ['-c', command]];
    return Promise.resolve(hostProcessOf(spawn(file, argv, { stdio: ['pipe', 'pipe', 'pipe'] })));
  }

  lastWords(): string {
    return '';
  }

  close(): void {
    this.#socket?.destroy();
    this.#child?.kill();
  }

  /** The same script that runs on other hosts tells about this one. */
  #shell(): HostSession {
    if (this.#session !== undefined) return this.#session;
    const { socket, command } = this.#settings;
    const child = spawn('sh', ['-c', sessionCommand(socket, command)], { stdio: ['pipe', 'pipe', 'ignore'] });
    // Its streams end too, and that is what the session goes by.
    child.on('error', () => child.stdout.destroy());
    this.#child = child;
    this.#session = new HostSession(child.stdout, child.stdin);
    return this.#session;
  }
}
