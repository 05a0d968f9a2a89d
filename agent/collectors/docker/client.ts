import type { Readable } from 'node:stream';
import Docker from 'dockerode';
import type { LogTail } from '../../domain/evidence.ts';
import { InquestError } from '../../domain/errors.ts';
import { buildLogTail, LOG_READ_LINES } from '../../domain/log-tail.ts';
import { type EpochUs, US_PER_SECOND } from '../../domain/time.ts';
import { negotiateVersion } from './api-version.ts';
import { bounded } from '../shared/bounded.ts';
import { drain } from './drain.ts';
import { describeFailure } from './client-errors.ts';
import { clip } from '../shared/identity-text.ts';
import { Limiter } from '../shared/limiter.ts';
import type { Flavour } from './flavour.ts';
import { createLogReader } from './log-frames.ts';
import { getVersion, openLog, toReadable } from './dial.ts';
import { type Inspect, InspectSchema, ListEntrySchema, ListSchema, VersionSchema } from './schemas.ts';

const CONCURRENCY = 4;
/** Of the answer to a request for a log; what follows is left unread. */
const LOG_BYTES_MAX = 33_554_432;

export interface ListEntry {
  readonly id: string;
  readonly state: string;
}

export interface DockerClientOptions {
  readonly socketPath: string;
  readonly timeoutMs: number;
  readonly flavour: Flavour;
}

/**
 * The calls of the Engine API that are needed, each bounded in time and in number. They reject with an
 * InquestError. One client is one connection's worth of work: make a new one to connect again.
 */
export class DockerClient {
  readonly #options: DockerClientOptions;
  readonly #docker: Docker;
  readonly #limiter = new Limiter(CONCURRENCY);
  readonly #closing = new AbortController();
  /** `Docker 28.5.1`. */
  readonly peer: string;

  private constructor(options: DockerClientOptions, version: string, release: string | undefined) {
    this.#options = options;
    this.#docker = new Docker({ socketPath: options.socketPath, version: `v${version}` });
    this.peer = [options.flavour.title, release].filter((part) => part !== undefined).join(' ');
  }

  /** Asks for the engine's range of API versions and settles on one that both speak. */
  static async connect(options: DockerClientOptions, closing: AbortSignal): Promise<DockerClient> {
    const unversioned = new Docker({ socketPath: options.socketPath });
    try {
      const answer = await bounded(options.timeoutMs, closing, (abortSignal) => getVersion(unversioned, abortSignal));
      const { ApiVersion: newest, MinAPIVersion: oldest, Version: release } = VersionSchema.parse(answer);
      return new DockerClient(options, negotiateVersion(newest, oldest ?? newest), clip(release, 40));
    } catch (error) {
      throw describeFailure(error, options.socketPath, options.flavour);
    }
  }

  /** Ends every call and stream. */
  close(): void {
    const error = new InquestError('runtime-absent', `The connection to ${this.#options.flavour.title} was closed.`);
    this.#closing.abort(error);
    this.#limiter.refuseWaiting(error);
  }

  /** The event stream from `since` on; ends when the daemon does. No limit of time once it is open. */
  async events(since: EpochUs): Promise<Readable> {
    // Podman wants an event to be of every type that is named.
    const type = this.#options.flavour.runtime === 'podman' ? ['container'] : ['container', 'network'];
    const filters = JSON.stringify({ type });
    const stream = await this.#call(async (abortSignal) =>
      toReadable(await this.#docker.getEvents({ since: since / US_PER_SECOND, filters, abortSignal })),
    );
    this.#closing.signal.addEventListener('abort', () => stream.destroy(), { once: true });
    return stream;
  }

  /** Every container the engine knows, running or not. Entries that make no sense are left out. */
  async list(): Promise<readonly ListEntry[]> {
    const answer = await this.#call((abortSignal): Promise<unknown> =>
      this.#docker.listContainers({ all: true, abortSignal }),
    );
    return ListSchema.parse(answer).flatMap((entry) => {
      const parsed = ListEntrySchema.safeParse(entry);
      return parsed.success ? [{ id: parsed.data.Id, state: parsed.data.State ?? '' }] : [];
    });
  }

  /** `undefined` when the container is gone. `urgent` overtakes what waits: it may be gone in a moment. */
  async inspect(containerId: string, urgent = false): Promise<Inspect | undefined> {
    const answer = await this.#orGone(() =>
      this.#limiter.run(
        () =>
          this.#call((abortSignal): Promise<unknown> =>
            this.#docker.getContainer(containerId).inspect({ abortSignal }),
          ),
        urgent,
      ),
    );
    if (answer === undefined) return undefined;
    const parsed = InspectSchema.safeParse(answer);
    if (parsed.success) return parsed.data;
    throw new InquestError(
      'runtime-failed',
      `${this.#options.flavour.title}’s description of ${containerId} cannot be read.`,
      {
        cause: parsed.error,
      },
    );
  }

  /** The last lines, redacted. `undefined` when the container is gone. */
  logTail(inspect: Inspect): Promise<LogTail | undefined> {
    const reader = createLogReader(inspect.Config?.Tty === true);
    return this.#orGone(() =>
      this.#limiter.run(async () => {
        const complete = await this.#call(async (abortSignal) => {
          const stream = await openLog(this.#docker, inspect.Id, LOG_READ_LINES, abortSignal);
          return drain(stream, abortSignal, LOG_BYTES_MAX, (chunk) => {
            reader.write(chunk);
          });
        });
        const { lines, truncated } = reader.finish();
        return buildLogTail(lines, truncated || !complete || lines.length >= LOG_READ_LINES);
      }),
    );
  }

  async #call<T>(call: (abortSignal: AbortSignal) => Promise<T>): Promise<T> {
    try {
      return await bounded(this.#options.timeoutMs, this.#closing.signal, call);
    } catch (error) {
      throw describeFailure(error, this.#options.socketPath, this.#options.flavour);
    }
  }

  async #orGone<T>(call: () => Promise<T>): Promise<T | undefined> {
    try {
      return await call();
    } catch (error) {
      if (error instanceof InquestError && error.reason === 'not-found') return undefined;
      throw error;
    }
  }
}
