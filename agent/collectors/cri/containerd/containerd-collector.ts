import type { CollectorSink, DeadContainer, RuntimeCollector } from '../../../domain/collector.ts';
import type { ContainerIdentity } from '../../../domain/container.ts';
import { InquestError, messageOf } from '../../../domain/errors.ts';
import type { EpochUs } from '../../../domain/time.ts';
import { US_PER_MS } from '../../../domain/time.ts';
import { readContainerCgroup } from '../../shared/main-cgroup.ts';
import { SessionLoop } from '../../shared/session-loop.ts';
import { ContainerdClient } from './client.ts';
import type { ContainerdDescription } from './client.ts';
import { identityOf, stateOf } from './identity.ts';
import type { Envelope } from './schemas.ts';

export interface ContainerdCollectorOptions {
  readonly socketPath: string;
  readonly clock?: () => EpochUs;
  readonly timeoutMs?: number;
  readonly retryMs?: readonly [number, number];
  readonly absentRetryMs?: number;
}

const TIMEOUT_MS = 5_000;
const NAMESPACES_MAX = 8_192;

/**
 * What runs on containerd without Docker and without Kubernetes: containers of nerdctl, ctr and everything
 * else that speaks containerd's own API, in any of its namespaces. Logs are the client's business there.
 */
export function createContainerdCollector(options: ContainerdCollectorOptions): RuntimeCollector {
  return new ContainerdCollector(options);
}

class ContainerdCollector implements RuntimeCollector {
  readonly name = 'containerd';
  readonly runtimes: RuntimeCollector['runtimes'] = ['containerd'];
  readonly announcesEnds = false;
  readonly #options: ContainerdCollectorOptions;
  readonly #clock: () => EpochUs;
  readonly #loop: SessionLoop;
  /** Where a container was found last. */
  readonly #namespaces = new Map<string, string>();
  readonly #asking = new Set<Promise<void>>();
  #sink: CollectorSink | undefined;
  #client: ContainerdClient | undefined;

  constructor(options: ContainerdCollectorOptions) {
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
    await Promise.all(this.#asking);
    this.#loop.report('stopped');
  }

  async inspect(containerId: string): Promise<DeadContainer | undefined> {
    const client = this.#connected();
    const known = this.#namespaces.get(containerId);
    const places = known === undefined ? await client.namespaces() : [known];
    for (const namespace of places) {
      const found = await client.describe(namespace, containerId);
      if (found !== undefined) return this.#explain(found);
    }
    this.#namespaces.delete(containerId);
    return undefined;
  }

  async running(): Promise<readonly ContainerIdentity[]> {
    const all = await this.#all();
    return all.filter(({ state }) => state.data.running).map(({ identity }) => identity);
  }

  async dead(): Promise<readonly DeadContainer[]> {
    return (await this.#all()).filter(({ state: { data } }) => !data.running && data.finishedAt !== undefined);
  }

  /** containerd keeps no logs: where they go, only the client knows that made the container. */
  logTail(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  #connected(): ContainerdClient {
    if (this.#client !== undefined) return this.#client;
    throw new InquestError('runtime-absent', `containerd is not reachable at ${this.#options.socketPath}.`);
  }

  async #all(): Promise<readonly DeadContainer[]> {
    const client = this.#connected();
    const all: DeadContainer[] = [];
    for (const namespace of await client.namespaces()) {
      const containers = await client.containers(namespace);
      for (const container of containers) all.push(await this.#explain(await client.complete(namespace, container)));
    }
    return all;
  }

  async #explain(description: ContainerdDescription): Promise<DeadContainer> {
    const { container, namespace, task } = description;
    this.#remember(container.id, namespace);
    const state = stateOf(description, this.#clock());
    const pid = state.data.running ? (task?.pid ?? 0) : 0;
    const cgroupPath = pid > 0 ? await readContainerCgroup(pid, container.id) : undefined;
    return { identity: identityOf(description, cgroupPath), state };
  }

  #remember(containerId: string, namespace: string): void {
    this.#namespaces.set(containerId, namespace);
    if (this.#namespaces.size <= NAMESPACES_MAX) return;
    const oldest = this.#namespaces.keys().next();
    if (oldest.done !== true) this.#namespaces.delete(oldest.value);
  }

  async #session(up: (peer?: string) => void, attempted: () => void): Promise<InquestError> {
    const { socketPath, timeoutMs = TIMEOUT_MS } = this.#options;
    const sink = this.#sink;
    try {
      if (sink === undefined) throw new InquestError('bad-usage', 'The containerd collector was not started.');
      const client = await ContainerdClient.connect({
        socketPath,
        timeoutMs,
        title: 'containerd',
        setting: 'containerd',
      });
      this.#client = client;
      // A stop in this very moment found no client to close.
      if (this.#loop.isStopping()) client.close();
      // First the stream, then the list: nothing can happen unseen in between.
      const events = client.events(
        (envelope) => {
          this.#event(sink, envelope);
        },
        () => {
          this.#loop.report('running', 'containerd sent an event that cannot be read; it was left out.');
        },
      );
      up(`${client.peer}, events`);
      const caughtUp = this.running().then((identities) => {
        for (const identity of identities) sink.container(identity);
        attempted();
      });
      await Promise.race([events.ended, caughtUp.then(() => events.ended)]);
      return new InquestError('runtime-absent', 'containerd closed the connection.', {
        next: 'Check that containerd is running.',
      });
    } catch (error) {
      return error instanceof InquestError ? error : new InquestError('runtime-failed', messageOf(error));
    } finally {
      this.#client?.close();
      this.#client = undefined;
    }
  }

  /** An exec session ends with the same topic: what became of the task itself is asked for. */
  #event(sink: CollectorSink, { topic, namespace, event, timestamp }: Envelope): void {
    const id = event?.value?.containerId;
    if (id === undefined || id === '') return;
    const at = timestamp ?? this.#clock();
    if (topic === '/tasks/oom') {
      const data = { kind: 'runtime_event', action: 'oom' } as const;
      sink.evidence([{ at, source: 'containerd', containerId: id, data }]);
      return;
    }
    const task = this.#follow(sink, namespace, id, topic === '/tasks/start').catch((error: unknown) => {
      const isLost = error instanceof InquestError && error.reason === 'runtime-absent';
      if (!isLost) this.#loop.report('running', messageOf(error));
    });
    this.#asking.add(task);
    void task.finally(() => this.#asking.delete(task));
  }

  async #follow(sink: CollectorSink, namespace: string, id: string, started: boolean): Promise<void> {
    const client = this.#client;
    const description = client === undefined ? undefined : await client.describe(namespace, id);
    if (description === undefined) return;
    const { identity, state } = await this.#explain(description);
    sink.container(identity);
    const { running, exitCode, finishedAt } = state.data;
    const common = { source: 'containerd', containerId: id } as const;
    if (started && running) {
      sink.evidence([{ ...common, at: this.#clock(), data: { kind: 'runtime_event', action: 'start' } }]);
    } else if (!running && exitCode !== undefined) {
      const data = { kind: 'runtime_event', action: 'die', exitCode } as const;
      sink.evidence([{ ...common, at: finishedAt ?? this.#clock(), data }]);
    }
  }
}
