import { setTimeout as sleep } from 'node:timers/promises';
import type { Readable } from 'node:stream';
import type {
  CollectorSink,
  CollectorState,
  CollectorStatus,
  DeadContainer,
  RuntimeCollector,
} from '../../domain/collector.ts';
import type { ContainerIdentity } from '../../domain/container.ts';
import { InquestError, messageOf } from '../../domain/errors.ts';
import type { EvidenceOf } from '../../domain/evidence.ts';
import { type EpochUs, US_PER_MS } from '../../domain/time.ts';
import { Backoff } from './backoff.ts';
import { DockerClient } from './client.ts';
import { describeFailure } from './client-errors.ts';
import { EventHandler } from './event-handler.ts';
import { createJsonLines } from './json-lines.ts';
import { describe, hasEnded, isRunning, readLogTail } from './questions.ts';

export interface DockerCollectorOptions {
  readonly socketPath: string;
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
const RETRY_MS = [500, 30_000] as const;
const ABSENT_RETRY_MS = 5_000;

/** Docker over its Unix socket: who containers are, what the daemon did to them, how it thinks they ended. */
export function createDockerCollector(options: DockerCollectorOptions): RuntimeCollector {
  return new DockerCollector(options);
}

class DockerCollector implements RuntimeCollector {
  readonly name = 'docker';
  readonly #options: DockerCollectorOptions;
  readonly #clock: () => EpochUs;
  readonly #backoff: Backoff;
  readonly #stopping = new AbortController();
  #sink: CollectorSink | undefined;
  #handler: EventHandler | undefined;
  #client: DockerClient | undefined;
  #loop: Promise<void> | undefined;
  #status: CollectorStatus | undefined;
  /** Whether there ever was a connection, and whether it is gone. */
  #connection: 'never' | 'up' | 'lost' = 'never';

  constructor(options: DockerCollectorOptions) {
    this.#options = options;
    this.#clock = options.clock ?? (() => Date.now() * US_PER_MS);
    const [first, last] = options.retryMs ?? RETRY_MS;
    this.#backoff = new Backoff(first, last);
  }

  /** Resolves after the first attempt to connect, whatever came of it. */
  async start(sink: CollectorSink): Promise<void> {
    if (this.#sink !== undefined) throw new InquestError('bad-usage', 'The Docker collector was started before.');
    this.#sink = sink;
    this.#handler = new EventHandler({
      sink,
      clock: this.#clock,
      client: () => this.#client,
      problem: (text) => this.#report('running', text),
      ...(this.#options.startLooksMs !== undefined && { startLooksMs: this.#options.startLooksMs }),
    });
    this.#report('starting');
    const attempted = Promise.withResolvers<undefined>();
    this.#loop = this.#run(this.#handler, () => {
      attempted.resolve(undefined);
    });
    await attempted.promise;
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new InquestError('runtime-absent', 'The collector was stopped.'));
    this.#client?.close();
    await this.#loop;
    await this.#handler?.stop();
    this.#report('stopped');
  }

  async inspect(containerId: string): Promise<DeadContainer | undefined> {
    const inspect = await this.#connected().inspect(containerId);
    return inspect === undefined ? undefined : describe(inspect, this.#clock());
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
    this.#report('running', answer);
    return undefined;
  }

  #connected(): DockerClient {
    if (this.#client !== undefined) return this.#client;
    throw new InquestError('runtime-absent', `Docker is not reachable at ${this.#options.socketPath}.`);
  }

  /** One that cannot be read is reported and left out. */
  async #describeAll(client: DockerClient, ids: readonly string[]): Promise<readonly DeadContainer[]> {
    const described = await Promise.all(
      ids.map(async (id) => {
        try {
          const inspect = await client.inspect(id);
          return inspect === undefined ? undefined : await describe(inspect, this.#clock());
        } catch (error) {
          this.#report('running', messageOf(error));
          return undefined;
        }
      }),
    );
    return described.filter((container) => container !== undefined);
  }

  async #run(handler: EventHandler, attempted: () => void): Promise<void> {
    let since = this.#clock();
    while (!this.#isStopping()) {
      const failure = await this.#session(handler, since, attempted);
      attempted();
      if (this.#isStopping()) return;
      since = handler.lastEventAt ?? since;
      await this.#wait(this.#lost(failure));
    }
  }

  /** Connects and follows the events until the connection ends; says why. */
  async #session(handler: EventHandler, since: EpochUs, connected: () => void): Promise<InquestError> {
    const timeoutMs = this.#options.timeoutMs ?? TIMEOUT_MS;
    try {
      const client = await DockerClient.connect(
        { socketPath: this.#options.socketPath, timeoutMs },
        this.#stopping.signal,
      );
      this.#client = client;
      // A stop in this very moment found no client to close.
      if (this.#isStopping()) client.close();
      // First the stream, then the list: nothing can happen unseen in between.
      const followed = follow(await client.events(since), handler);
      this.#up();
      const caughtUp = handler.catchUp(client).then(connected);
      await Promise.race([followed, caughtUp.then(() => followed)]);
      return new InquestError('runtime-absent', 'Docker closed the connection.', {
        next: 'Check that the Docker daemon is running.',
      });
    } catch (error) {
      return describeFailure(error, this.#options.socketPath);
    } finally {
      this.#client?.close();
      this.#client = undefined;
    }
  }

  #isStopping(): boolean {
    return this.#stopping.signal.aborted;
  }

  #up(): void {
    if (this.#connection === 'lost') this.#connectionEvidence('restored');
    this.#connection = 'up';
    this.#backoff.reset();
    this.#report('running');
  }

  /** Reports and decides how long to wait, in ms. */
  #lost(failure: InquestError): number {
    const absentMs = this.#options.absentRetryMs ?? ABSENT_RETRY_MS;
    if (this.#connection === 'up') {
      this.#connection = 'lost';
      this.#connectionEvidence('lost');
    }
    const { reason } = failure;
    const isAbsent = this.#connection === 'never' && (reason === 'runtime-absent' || reason === 'no-permission');
    const next = failure.next === undefined ? '' : ` ${failure.next}`;
    this.#report(isAbsent ? 'absent' : 'retrying', `${failure.message}${next}`);
    if (isAbsent) return absentMs;
    // Trying a missing socket costs nothing: a daemon that restarts is found soon.
    const waitMs = this.#backoff.next();
    return reason === 'runtime-absent' ? Math.min(waitMs, absentMs) : waitMs;
  }

  #connectionEvidence(state: 'lost' | 'restored'): void {
    this.#sink?.evidence([
      { at: this.#clock(), source: 'docker', containerId: undefined, data: { kind: 'runtime_connection', state } },
    ]);
  }

  async #wait(ms: number): Promise<void> {
    try {
      await sleep(ms, undefined, { signal: this.#stopping.signal });
    } catch (error) {
      if (!this.#isStopping()) throw error;
    }
  }

  #report(state: CollectorState, detail?: string): void {
    if (this.#status?.state === state && this.#status.detail === detail) return;
    const since = this.#status?.state === state ? this.#status.since : this.#clock();
    this.#status = { name: this.name, state, since, ...(detail !== undefined && { detail }) };
    this.#sink?.status(this.#status);
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
