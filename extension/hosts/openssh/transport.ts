import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { promisify } from 'node:util';
import { loginName } from '../../../agent/client/user-name.ts';
import { messageOf } from '../../../agent/domain/errors.ts';
import { ClientEnd, endAll, hasUnixSockets, letGo, type ClientProcess } from '../client-process.ts';
import { HostError } from '../failure.ts';
import { hostProcessOf } from '../host-process.ts';
import { Passphrases } from '../passphrases.ts';
import type { SecretStore } from '../prompter.ts';
import type { HostFacts } from '../remote/facts.ts';
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
import { answersFor, type Answers } from './answerer.ts';
import { executeArguments, forwardArguments, masterArguments, throughMasterArguments } from './arguments.ts';
import { Askpass, PrivateFolder } from './askpass.ts';
import { classifyClientEnd } from './classify.ts';
import type { SystemSsh } from './find-ssh.ts';

const run = promisify(execFile);
const FORWARD_TIMEOUT_MS = 10_000;

export interface OpenSshContext {
  readonly settings: HostSettings;
  readonly target: SshTarget;
  readonly ssh: SystemSsh;
  readonly log: HostLog;
  readonly secrets: SecretStore | undefined;
}

/**
 * The system's ssh with all it knows: its configuration, agents, hardware keys and certificates. One
 * process and one login per link: its session tells about the host and can become the agent's stream,
 * and forwarding is asked of it through a control socket in a folder of our own.
 *
 * Windows has neither control sockets nor Unix sockets that Node.js could open: there the session is
 * the only way, and nobody can be asked.
 */
export class OpenSshTransport implements HostTransport {
  readonly name = 'openssh';
  readonly description: string;
  readonly #context: OpenSshContext;

  constructor(context: OpenSshContext) {
    this.#context = context;
    this.description = `${context.ssh.path} (${context.ssh.version})`;
  }

  async connect(attempt: Attempt): Promise<HostLink> {
    const { settings, secrets } = this.#context;
    const folder = await PrivateFolder.make();
    const resources: Resources = { folder, askpass: undefined, child: undefined };
    try {
      const passphrases = new Passphrases(settings.target, secrets, attempt.prompter, attempt.signal);
      const answers = answersFor(settings.target, attempt, passphrases);
      const canAsk = hasUnixSockets() && (attempt.prompter !== undefined || secrets !== undefined);
      if (canAsk) resources.askpass = await Askpass.start(folder, answers.answerer);
      attempt.signal.throwIfAborted();
      const child = this.#spawn(folder, resources.askpass);
      resources.child = child;
      return await this.#establish(child, resources, attempt, answers);
    } catch (error) {
      release(resources, this.#context.log);
      throw error;
    }
  }

  #spawn(folder: PrivateFolder, askpass: Askpass | undefined): ClientProcess {
    const { ssh, settings, target } = this.#context;
    const controlPath = hasUnixSockets() ? folder.file('c') : undefined;
    const argv = masterArguments({ settings, target, controlPath, batch: askpass === undefined });
    return spawn(ssh.path, argv, {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, ...askpass?.environment },
      // Without a terminal ssh cannot ask behind our back.
      detached: hasUnixSockets(),
      windowsHide: true,
    });
  }

  async #establish(child: ClientProcess, resources: Resources, attempt: Attempt, answers: Answers): Promise<HostLink> {
    const { settings, target, ssh } = this.#context;
    const ended = new ClientEnd(child);
    const session = new HostSession(child.stdout, child.stdin);
    const onAbort = (): void => {
      endAll(child);
    };
    attempt.signal.addEventListener('abort', onAbort, { once: true });
    if (attempt.signal.aborted) onAbort();
    try {
      await session.facts();
    } catch (error) {
      attempt.signal.throwIfAborted();
      // ssh says why after it has closed its output.
      if (!(await ended.within(FAREWELL_MS))) endAll(child);
      const host = settings.target;
      if (ended.spawnError !== undefined) {
        const detail = `${ssh.path} does not start: ${messageOf(ended.spawnError)}`;
        throw new HostError({ reason: 'configuration', host, detail }, error);
      }
      const user = target.user ?? loginName();
      const end = {
        host,
        user,
        stderr: ended.stderr,
        attended: attempt.prompter !== undefined,
        keyRejected: answers.keyRejected(),
      };
      throw new HostError(classifyClientEnd(end), error);
    } finally {
      attempt.signal.removeEventListener('abort', onAbort);
      resources.askpass?.stop();
    }
    return new OpenSshLink(this.#context, session, ended, resources);
  }
}

const FAREWELL_MS = 2_000;

interface Resources {
  readonly folder: PrivateFolder;
  askpass: Askpass | undefined;
  child: ClientProcess | undefined;
}

function release({ folder, askpass, child }: Resources, log: HostLog): void {
  askpass?.stop();
  if (child !== undefined) letGo(child);
  folder.remove().catch((error: unknown) => {
    log.warn(`${folder.path} is left behind: ${messageOf(error)}`);
  });
}

class OpenSshLink implements HostLink {
  readonly #context: OpenSshContext;
  readonly #session: HostSession;
  readonly #ended: ClientEnd;
  readonly #resources: Resources;
  #socket: Socket | undefined;

  constructor(context: OpenSshContext, session: HostSession, ended: ClientEnd, resources: Resources) {
    this.#context = context;
    this.#session = session;
    this.#ended = ended;
    this.#resources = resources;
  }

  async open(route: Route): Promise<AgentStreams> {
    if (route !== 'forward') return this.#session.dial(route === 'sudo-dial-stdio');
    const { ssh, settings } = this.#context;
    if (!hasUnixSockets()) {
      throw new HostError({ reason: 'forwarding-disabled', host: settings.target, dialStdio: 'not-allowed' });
    }
    const local = this.#resources.folder.file('f');
    const argv = forwardArguments(this.#resources.folder.file('c'), local, settings.socket);
    await run(ssh.path, argv, { timeout: FORWARD_TIMEOUT_MS });
    const socket = connect({ path: local });
    this.#socket = socket;
    await once(socket, 'connect');
    return { readable: socket, writable: socket };
  }

  facts(): Promise<HostFacts> {
    return this.#session.facts();
  }

  answers(): Promise<boolean> {
    return this.#session.answers();
  }

  execute(command: string, { terminal = false }: ExecuteOptions = {}): Promise<HostProcess> {
    const { ssh, settings, target } = this.#context;
    const argv = hasUnixSockets()
      ? throughMasterArguments(this.#resources.folder.file('c'), command, terminal)
      : executeArguments({ settings, target, controlPath: undefined, batch: true }, command, terminal);
    const child = spawn(ssh.path, argv, {
      stdio: ['pipe', 'pipe', 'pipe'],
      // Without a terminal of ours ssh cannot ask behind our back.
      detached: hasUnixSockets(),
      windowsHide: true,
    });
    return Promise.resolve(hostProcessOf(child));
  }

  lastWords(): string {
    return this.#ended.lastWords;
  }

  close(): void {
    this.#socket?.destroy();
    release(this.#resources, this.#context.log);
  }
}
