import type { CollectorSink, DeadContainer, RuntimeCollector } from '../../domain/collector.ts';
import type { ContainerIdentity } from '../../domain/container.ts';
import { InquestError, messageOf } from '../../domain/errors.ts';
import type { EvidenceOf } from '../../domain/evidence.ts';
import type { EpochUs } from '../../domain/time.ts';
import { US_PER_MS } from '../../domain/time.ts';
import { readK8sLog } from '../shared/k8s-log.ts';
import { SessionLoop } from '../shared/session-loop.ts';
import { ContainerState } from './api.ts';
import { CriClient } from './client.ts';
import { CriWatch } from './watch.ts';
import { Questions } from './questions.ts';

export interface CriCollectorOptions {
  readonly socketPath: string;
  readonly clock?: () => EpochUs;
  readonly timeoutMs?: number;
  readonly retryMs?: readonly [number, number];
  readonly absentRetryMs?: number;
  /** Between two looks at the list, where the runtime announces nothing. */
  readonly pollMs?: number;
}

const TIMEOUT_MS = 5_000;
const POLL_MS = 10_000;
/** kubelet's folder; logs elsewhere are followed from the root, without any link. */
const POD_LOGS = '/var/log/pods';

/** Kubernetes' runtimes by CRI v1: containerd with its CRI plugin, and CRI-O. */
export function createCriCollector(options: CriCollectorOptions): RuntimeCollector {
  return new CriCollector(options);
}

class CriCollector implements RuntimeCollector {
  readonly name = 'cri';
  readonly runtimes: RuntimeCollector['runtimes'] = ['containerd', 'cri-o'];
  readonly announcesEnds = false;
  readonly #options: CriCollectorOptions;
  readonly #clock: () => EpochUs;
  readonly #loop: SessionLoop;
  #sink: CollectorSink | undefined;
  #client: CriClient | undefined;
  #questions: Questions | undefined;

  constructor(options: CriCollectorOptions) {
    this.#options = options;
    this.#clock = options.clock ?? (() => Date.now() * US_PER_MS);
    this.#loop = new SessionLoop({
      name: this.name,
      endpoint: options.socketPath,
      clock: this.#clock,
      retryMs: options.retryMs,
      absentRetryMs: options.absentRetryMs,
      session: (up, attempted) => this.#session(up, attempted),
    });
  }

  async start(sink: CollectorSink): Promise<void> {
    this.#sink = sink;
    await this.#loop.start(sink);
  }

  async stop(): Promise<void> {
    await this.#loop.stop(() => this.#client?.close());
    this.#loop.report('stopped');
  }

  async inspect(containerId: string): Promise<DeadContainer | undefined> {
    return await this.#connected().inspect(containerId);
  }

  async running(): Promise<readonly ContainerIdentity[]> {
    const described = await this.#connected().all((state) => state === ContainerState.running);
    return described.map(({ identity }) => identity);
  }

  async dead(): Promise<readonly DeadContainer[]> {
    const described = await this.#connected().all((state) => state === ContainerState.exited);
    return described.filter(({ state: { data } }) => !data.running && data.finishedAt !== undefined);
  }

  async logTail(containerId: string): Promise<EvidenceOf<'log_tail'> | undefined> {
    const path = await this.#connected().logPath(containerId);
    if (path === undefined) return undefined;
    const data = await readK8sLog(path.startsWith(`${POD_LOGS}/`) ? POD_LOGS : '/', path);
    if (data !== undefined) return { at: data.lines.at(-1)?.at ?? this.#clock(), source: 'log', containerId, data };
    this.#loop.report('running', `The log ${path} cannot be read.`);
    return undefined;
  }

  #connected(): Questions {
    if (this.#questions !== undefined) return this.#questions;
    throw new InquestError('runtime-absent', `No CRI runtime is reachable at ${this.#options.socketPath}.`);
  }

  /** Connects and watches until the connection ends; says why. */
  async #session(up: (peer?: string) => void, attempted: () => void): Promise<InquestError> {
    const { socketPath, timeoutMs = TIMEOUT_MS, pollMs = POLL_MS } = this.#options;
    const sink = this.#sink;
    try {
      if (sink === undefined) throw new InquestError('bad-usage', 'The CRI collector was not started.');
      const client = await CriClient.connect({ socketPath, timeoutMs, title: 'CRI', setting: 'cri' });
      this.#client = client;
      // A stop in this very moment found no client to close.
      if (this.#loop.isStopping()) client.close();
      const questions = new Questions(client, this.#clock);
      const watch = new CriWatch({
        client,
        questions,
        sink,
        pollMs,
        signal: this.#loop.signal,
        problem: (text) => {
          this.#loop.report('running', text);
        },
        mode: (mode) => {
          this.#questions = questions;
          up(`${client.peer}, ${mode}`);
        },
        caughtUp: attempted,
      });
      return await watch.run();
    } catch (error) {
      return error instanceof InquestError ? error : new InquestError('runtime-failed', messageOf(error));
    } finally {
      this.#client?.close();
      this.#client = undefined;
      this.#questions = undefined;
    }
  }
}
