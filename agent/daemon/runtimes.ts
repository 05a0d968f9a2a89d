import { createDockerCollector } from '../collectors/docker/docker-collector.ts';
import { createPodmanCollector } from '../collectors/podman/podman-collector.ts';
import type { CollectorSink, RuntimeCollector } from '../domain/collector.ts';
import type { ContainerIdentity } from '../domain/container.ts';
import { messageOf } from '../domain/errors.ts';
import type { RuntimeKind } from '../domain/runtime-sockets.ts';
import { RUNTIME_KINDS } from '../domain/runtime-sockets.ts';
import type { Settings } from '../domain/settings.ts';
import type { Log } from './log.ts';
import { findPlaces } from './places.ts';
import type { Place } from './places.ts';

export interface RuntimesOptions {
  readonly settings: Pick<Settings, RuntimeKind>;
  readonly log: Log;
  /** Where a collector puts what it learns. */
  readonly sinkFor: (runtime: RuntimeCollector) => CollectorSink;
  /** The cgroup of a container as the kernel tells it. */
  readonly cgroupOf: (containerId: string) => string | undefined;
}

/** A socket that comes up later is found within this time; looking costs some twenty system calls. */
const LOOK_EVERY_MS = 5_000;
const OWNERS_MAX = 16_384;

/** The runtimes of this machine: each is found by its socket or folder, whenever that comes to be. */
export class Runtimes {
  readonly #options: RuntimesOptions;
  readonly #collectors = new Map<string, { readonly kind: RuntimeKind; readonly collector: RuntimeCollector }>();
  /** Who told of a container. Two may know the same: the more specific one keeps it. */
  readonly #owners = new Map<string, RuntimeKind>();
  readonly #ready = Promise.withResolvers<undefined>();
  #looking: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(options: RuntimesOptions) {
    this.#options = options;
  }

  /** Resolves when what is there has been looked for once, and each was connected to or was not. */
  get ready(): Promise<undefined> {
    return this.#ready.promise;
  }

  async start(): Promise<void> {
    await this.#look();
    this.#ready.resolve(undefined);
    const again = (): void => {
      this.#looking = setTimeout(() => {
        this.#look()
          .catch((error: unknown) => {
            this.#options.log.warn(`container runtimes could not be looked for: ${messageOf(error)}`);
          })
          .finally(() => {
            if (!this.#stopped) again();
          });
      }, LOOK_EVERY_MS).unref();
    };
    again();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#ready.resolve(undefined);
    clearTimeout(this.#looking);
    for (const { collector } of this.#collectors.values()) await collector.stop();
  }

  /** Those that may know the container, the likeliest first. */
  of({ id, runtime, source }: ContainerIdentity): readonly RuntimeCollector[] {
    const all = [...this.#collectors.values()];
    const owner = source === 'runtime' ? this.#owners.get(id) : undefined;
    if (owner !== undefined) return all.filter(({ kind }) => kind === owner).map(({ collector }) => collector);
    return RUNTIME_KINDS.flatMap((kind) => all.filter((one) => one.kind === kind))
      .map(({ collector }) => collector)
      .filter(({ runtimes }) => runtime === 'unknown' || runtimes.includes(runtime));
  }

  async #look(): Promise<void> {
    for (const kind of RUNTIME_KINDS) {
      for (const place of await findPlaces(kind, this.#options.settings[kind])) {
        // Read anew each time: a stop in between must not start anything.
        if (this.#isStopped()) return;
        const key = `${kind} ${place.key}`;
        if (this.#collectors.has(key)) continue;
        const collector = await makeCollector(kind, place);
        this.#collectors.set(key, { kind, collector });
        await collector.start(this.#guarded(kind, place, this.#options.sinkFor(collector)));
      }
    }
  }

  #isStopped(): boolean {
    return this.#stopped;
  }

  /**
   * A user's own daemon can say anything: it is believed only about containers that the kernel has seen in
   * that user's slice.
   */
  #guarded(kind: RuntimeKind, { uid }: Place, sink: CollectorSink): CollectorSink {
    const slice = `/user-${String(uid)}.slice/`;
    const isRoots = uid === 0;
    const mayTell = (id: string | undefined): boolean =>
      isRoots || (id !== undefined && this.#options.cgroupOf(id)?.includes(slice) === true);
    return {
      evidence: (batch) => {
        sink.evidence(batch.filter(({ containerId }) => mayTell(containerId)));
      },
      container: (identity) => {
        if (mayTell(identity.id) && this.#own(identity.id, kind)) sink.container(identity);
      },
      status: (status) => {
        sink.status(status);
      },
    };
  }

  #own(id: string, kind: RuntimeKind): boolean {
    const owner = this.#owners.get(id);
    if (owner !== undefined && RUNTIME_KINDS.indexOf(owner) < RUNTIME_KINDS.indexOf(kind)) return false;
    this.#owners.delete(id);
    this.#owners.set(id, kind);
    if (this.#owners.size > OWNERS_MAX) {
      const oldest = this.#owners.keys().next();
      if (oldest.done !== true) this.#owners.delete(oldest.value);
    }
    return true;
  }
}

/** gRPC costs memory and time: it is loaded only where a socket of its kind is. */
async function makeCollector(kind: RuntimeKind, { path, isSocket }: Place): Promise<RuntimeCollector> {
  switch (kind) {
    case 'docker':
      return createDockerCollector({ socketPath: path });
    case 'podman':
      return isSocket
        ? createDockerCollector({ socketPath: path, flavour: 'podman' })
        : createPodmanCollector({ storages: [path] });
    case 'cri': {
      const { createCriCollector } = await import('../collectors/cri/cri-collector.ts');
      return createCriCollector({ socketPath: path });
    }
    case 'containerd': {
      const { createContainerdCollector } = await import('../collectors/cri/containerd/containerd-collector.ts');
      return createContainerdCollector({ socketPath: path });
    }
  }
}
