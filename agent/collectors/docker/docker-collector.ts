import type { Readable } from 'node:stream';
import type { CollectorSink, DeadContainer, RuntimeCollector } from '../../domain/collector.ts';
import type { ContainerIdentity } from '../../domain/container.ts';
import { InquestError, messageOf } from '../../domain/errors.ts';
import type { EvidenceOf } from '../../domain/evidence.ts';
import { type EpochUs, US_PER_MS } from '../../domain/time.ts';
import { SessionLoop } from '../shared/session-loop.ts';
import { DockerClient } from './client.ts';
import { describeFailure } from './client-errors.ts';
import { EventHandler } from './event-handler.ts';
import type { Flavour } from './flavour.ts';
import { FLAVOURS } from './flavour.ts';
import { createJsonLines } from '../shared/json-lines.ts';
import { describe, hasEnded, isRunning, readLogTail } from './questions.ts';

export interface DockerCollectorOptions {
  readonly socketPath: string;
  /** Podman speaks Docker's API on a socket of its own. */
  readonly flavour?: 'docker' | 'podman';
  /** Wall clock in microseconds. */
  readonly clock?: () => EpochUs;
  /** For each call. */
  readonly timeoutMs?: number;
  /** First and longest wait after a lost connection. */
  readonly retryMs?: readonly [number, number];
  /** Wait while there is no socket at all. */
  readonly absentRetryMs?: number;
  /** When to look at a created container that nobody reported as started. */
  readonly startLooksMs?: readonly number[];
}

const TIMEOUT_MS = 5_000;

/** Docker over its Unix socket: who containers are, what the daemon did to them, how it thinks they ended. */
export function createDockerCollector(options: DockerCollectorOptions): RuntimeCollector {
  return new DockerCollector(options);
}

class DockerCollector implements RuntimeCollector {
  readonly name: 'docker' | 'podman';
  readonly runtimes: RuntimeCollector['runtimes'];
  readonly announcesEnds = true;
  readonly #options: DockerCollectorOptions;
  readonly #flavour: Flavour;
  readonly #clock: () => EpochUs;
  readonly #loop: SessionLoop;
  #handler: EventHandler | undefined;
  #client: DockerClient | undefined;
  #since: EpochUs;

  constructor(options: DockerCollectorOptions) {
    this.#options = options;
    this.#flavour = FLAVOURS[options.flavour ?? 'docker'];
    this.name = this.#flavour.runtime;
    this.runtimes = [this.#flavour.runtime];
    this.#clock = options.clock ?? (() => Date.now() * US_PER_MS);
    this.#since = this.#clock();
    this.#loop = new SessionLoop({
      name: this.name,
      endpoint: options.socketPath,
      clock: this.#clock,
      retryMs: options.retryMs,
      absentRetryMs: options.absentRetryMs,
      session: (up, attempted) => this.#session(up, attempted),
    });
  }

  /** Resolves after the first attempt to connect, whatever came of it. */
  async start(sink: CollectorSink): Promise<void> {
    this.#since = this.#clock();
    this.#handler = new EventHandler({
      sink,
      flavour: this.#flavour,
      clock: this.#clock,
      client: () => this.#client,
      problem: (text) => {
        this.#loop.report('running', text);
      },
      ...(this.#options.startLooksMs !== undefined && { startLooksMs: this.#options.startLooksMs }),
    });
    await this.#loop.start(sink);
  }

  async stop(): Promise<void> {
    await this.#loop.stop(() => this.#client?.close());
    await this.#handler?.stop();
    this.#loop.report('stopped');
  }

  async inspect(containerId: string): Promise<DeadContainer | undefined> {
    const inspect = await this.#connected().inspect(containerId);
    return inspect === undefined ? undefined : describe(inspect, this.#clock(), this.name);
  }

  async running(): Promise<readonly ContainerIdentity[]> {
    const client = this.#connected();
    const ids = (await client.list()).filter(isRunning).map(({ id }) => id);
    const described = await this.#describeAll(client, ids);
    return described.map(({ identity }) => identity);
  }

  async dead(): Promise<readonly DeadContainer[]> {
    const client = this.#connected();
    const ids = (await client.list()).filter(hasEnded).map(({ id }) => id);
    const described = await this.#describeAll(client, ids);
    // A container that was only created has not ended, unless its start failed.
    return described.filter(
      ({ state: { data } }) => !data.running && (data.finishedAt !== undefined || data.error !== undefined),
    );
  }

  async logTail(containerId: string): Promise<EvidenceOf<'log_tail'> | undefined> {
    const answer = await readLogTail(this.#connected(), containerId, this.#clock());
    if (typeof answer !== 'string') return answer;
    this.#loop.report('running', answer);
    return undefined;
  }

  #connected(): DockerClient {
    if (this.#client !== undefined) return this.#client;
    throw new InquestError('runtime-absent', `${this.#flavour.title} is not reachable at ${this.#options.socketPath}.`);
  }

  /** One that cannot be read is reported and left out. */
  async #describeAll(client: DockerClient, ids: readonly string[]): Promise<readonly DeadContainer[]> {
    const described = await Promise.all(
      ids.map(async (id) => {
        try {
          const inspect = await client.inspect(id);
          return inspect === undefined ? undefined : await describe(inspect, this.#clock(), this.name);
        } catch (error) {
          this.#loop.report('running', messageOf(error));
          return undefined;
        }
      }),
    );
    return described.filter((container) => container !== undefined);
  }

  /** Connects and follows the events until the connection ends; says why. */
  async #session(up: (peer?: string) => void, attempted: () => void): Promise<InquestError> {
    const { socketPath, timeoutMs = TIMEOUT_MS } = this.#options;
    const handler = this.#handler;
    try {
      const client = await DockerClient.connect({ socketPath, timeoutMs, flavour: this.#flavour }, this.#loop.signal);
      this.#client = client;
      // A stop in this very moment found no client to close.
      if (this.#loop.isStopping()) client.close();
      // First the stream, then the list: nothing can happen unseen in between.
      const stream = await client.events(this.#since);
      if (handler === undefined) throw new InquestError('bad-usage', 'The Docker collector was not started.');
      const followed = follow(stream, handler);
      up(client.peer);
      const caughtUp = handler.catchUp(client).then(attempted);
      await Promise.race([followed, caughtUp.then(() => followed)]);
      return new InquestError('runtime-absent', `${this.#flavour.title} closed the connection.`, {
        next: `Check that ${this.#flavour.daemon} is running.`,
      });
    } catch (error) {
      return describeFailure(error, socketPath, this.#flavour);
    } finally {
      this.#client?.close();
      this.#client = undefined;
      this.#since = handler?.lastEventAt ?? this.#since;
    }
  }
}

async function follow(stream: Readable, handler: EventHandler): Promise<void> {
  const take = createJsonLines(
    (value) => {
      handler.event(value);
    },
    () => {
      handler.badLine();
    },
  );
  for await (const chunk of stream) {
    if (Buffer.isBuffer(chunk)) take(chunk);
  }
}
