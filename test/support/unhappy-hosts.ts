import { createServer, type Server, type Socket } from 'node:net';
import { startFakeAgent, type FakeAgent } from './fake-agent.ts';
import { SshLab } from './sshd.ts';

/** Hosts that a person would rather not meet, behind a real sshd where there is one to be. */
export class UnhappyHosts implements AsyncDisposable {
  readonly #lab: SshLab;
  readonly #silent: Server;
  readonly #peers = new Set<Socket>();
  readonly #agent: FakeAgent;

  private constructor(lab: SshLab, agent: FakeAgent) {
    this.#lab = lab;
    this.#agent = agent;
    this.#silent = createServer((peer) => {
      this.#peers.add(peer);
      peer.on('error', () => peer.destroy()).resume();
    });
  }

  static async start(): Promise<UnhappyHosts> {
    const lab = await SshLab.make();
    const hosts = new UnhappyHosts(lab, await startFakeAgent({ socket: lab.local('agent.sock') }));
    try {
      await hosts.#configure();
      return hosts;
    } catch (error) {
      await hosts.stop();
      throw error;
    }
  }

  /** For `inquest.ssh.configFile`; it has `silent`, which takes connections and says nothing. */
  get configFile(): string {
    return this.#lab.configFile;
  }

  /** For `inquest.hosts`: the agent there runs, and its socket is for a group that the user is not in. */
  get shut(): { readonly host: string; readonly socket: string } {
    return { host: 'shut', socket: this.#lab.remote('agent.sock') };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async stop(): Promise<void> {
    for (const peer of this.#peers) peer.destroy();
    this.#silent.close();
    await this.#agent.stop();
    await this.#lab.stop();
  }

  async #configure(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#silent.listen(0, '127.0.0.1', resolve);
    });
    const address = this.#silent.address();
    if (address === null || typeof address === 'string') throw new Error('the silent host has no port');
    await this.#lab.configure('silent', address);
    const shut = await this.#lab.start();
    await this.#lab.trust(shut);
    await this.#lab.configure('shut', shut);
    await this.#lab.permit('agent.sock', 'group');
  }
}
