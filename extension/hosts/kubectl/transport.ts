import { spawn } from 'node:child_process';
import { displayText } from '../../../agent/domain/display.ts';
import { messageOf } from '../../../agent/domain/errors.ts';
import { ClientEnd, hasUnixSockets, letGo, type ClientProcess } from '../client-process.ts';
import { HostError, type HostFailure } from '../failure.ts';
import type { HostFacts } from '../remote/facts.ts';
import { HostSession } from '../remote/session.ts';
import type { HostSettings } from '../settings.ts';
import type { AgentStreams, Attempt, HostLink, HostProcess, HostTransport, Route } from '../transport.ts';
import { execArguments, podArguments } from './arguments.ts';
import { classifyKubectlEnd } from './classify.ts';
import { listPods } from './list-pods.ts';
import { choosePod } from './pods.ts';
import { kubectlEnvironment } from './run-kubectl.ts';
import type { KubectlTarget } from './target.ts';

const FAREWELL_MS = 2_000;

/**
 * An agent in a pod, by kubectl with all it knows of clusters and of who asks. `exec` and not `port-forward`, which
 * reaches ports only: the agent listens on a Unix socket. What runs there is the session script of other hosts.
 */
export class KubectlTransport implements HostTransport {
  readonly name = 'kubectl';
  readonly description: string;
  readonly #settings: HostSettings;
  readonly #target: KubectlTarget;

  constructor(settings: HostSettings, target: KubectlTarget) {
    this.#settings = settings;
    this.#target = target;
    this.description = settings.kubectlPath;
  }

  async connect(attempt: Attempt): Promise<HostLink> {
    const pod = await this.#findPod(attempt.signal);
    attempt.signal.throwIfAborted();
    const child = spawn(this.#settings.kubectlPath, execArguments(this.#target, pod, this.#settings), {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: kubectlEnvironment(),
      // Without a terminal neither it nor what it starts can ask behind our back.
      detached: hasUnixSockets(),
      windowsHide: true,
    });
    const link = new KubectlLink(this.#settings.target, child);
    const onAbort = (): void => {
      link.close();
    };
    attempt.signal.addEventListener('abort', onAbort, { once: true });
    try {
      await this.#needAgent(link, attempt.signal);
      return link;
    } catch (error) {
      link.close();
      throw error;
    } finally {
      attempt.signal.removeEventListener('abort', onAbort);
    }
  }

  async #findPod(signal: AbortSignal): Promise<string> {
    const { kubectlPath, target: host } = this.#settings;
    const { namespace, node, pod } = this.#target;
    const argv = podArguments(this.#target);
    const chosen = choosePod(await listPods({ kubectlPath, argv, host, namespace, signal }));
    if (chosen === undefined) {
      const what = node === undefined ? `pod ${pod ?? ''}` : `pod of an agent on the node ${node}`;
      throw this.#unavailable('no-agent', `There is no ${what} in the namespace ${namespace}.`);
    }
    if (chosen.phase === 'Running') return chosen.name;
    throw this.#unavailable('not-running', `Its pod ${displayText(chosen.name)} is ${displayText(chosen.phase)}.`);
  }

  /** The session stands, and the agent's socket is there. */
  async #needAgent(link: KubectlLink, signal: AbortSignal): Promise<void> {
    const { target: host, socket } = this.#settings;
    let facts: HostFacts;
    try {
      facts = await link.facts();
    } catch (error) {
      signal.throwIfAborted();
      const stderr = await link.farewell(FAREWELL_MS);
      throw new HostError(classifyKubectlEnd({ host, namespace: this.#target.namespace, stderr }), error);
    }
    if (facts.socket !== 'usable') throw this.#unavailable('not-running', `There is no socket ${socket} in its pod.`);
  }

  #unavailable(problem: Extract<HostFailure, { reason: 'cluster-unavailable' }>['problem'], detail: string): HostError {
    const { namespace } = this.#target;
    return new HostError({ reason: 'cluster-unavailable', problem, host: this.#settings.target, namespace, detail });
  }
}

class KubectlLink implements HostLink {
  readonly #host: string;
  readonly #child: ClientProcess;
  readonly #ended: ClientEnd;
  readonly #session: HostSession;

  constructor(host: string, child: ClientProcess) {
    this.#host = host;
    this.#child = child;
    this.#ended = new ClientEnd(child);
    this.#session = new HostSession(child.stdout, child.stdin);
  }

  open(_route: Route): Promise<AgentStreams> {
    return this.#session.dial(false);
  }

  facts(): Promise<HostFacts> {
    return this.#session.facts();
  }

  answers(): Promise<boolean> {
    return this.#session.answers();
  }

  /** There is no host behind it whose shell could be had: an agent in a cluster is deployed. */
  execute(): Promise<HostProcess> {
    const detail = 'An agent in a cluster is deployed by its manifests or its chart, not installed.';
    return Promise.reject(new HostError({ reason: 'configuration', host: this.#host, detail }));
  }

  lastWords(): string {
    return this.#ended.lastWords;
  }

  /** What kubectl said, once it has ended. */
  async farewell(ms: number): Promise<string> {
    await this.#ended.within(ms);
    const { spawnError, stderr } = this.#ended;
    return spawnError === undefined ? stderr : messageOf(spawnError);
  }

  close(): void {
    letGo(this.#child);
  }
}
