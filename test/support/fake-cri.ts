import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Server, ServerCredentials, status as Status } from '@grpc/grpc-js';
import type { ServerWritableStream, UntypedServiceImplementation, sendUnaryData } from '@grpc/grpc-js';
import { fromJSON } from '@grpc/proto-loader';
import { CRI_DESCRIPTOR, ContainerEvent, ContainerState } from '../../agent/collectors/cri/api.ts';

const NS_PER_MS = 1_000_000n;

export interface FakeContainer {
  readonly id: string;
  readonly sandboxId: string;
  readonly name: string;
  state: number;
  exitCode: number;
  reason: string;
}

/** Whether a runtime has events, does not know the method, or ends the stream at once as CRI-O does by default. */
export type FakeEvents = 'streamed' | 'unknown' | 'ended';

/** A runtime that speaks CRI v1 as CRI-O does: for where no CRI-O can be had. */
export class FakeCri {
  readonly #folder = mkdtempSync(join(tmpdir(), 'inq-cri-'));
  readonly socketPath = join(this.#folder, 'crio.sock');
  readonly containers = new Map<string, FakeContainer>();
  /** How often it was asked for the list. */
  lists = 0;
  readonly #events: FakeEvents;
  readonly #followers = new Set<ServerWritableStream<object, object>>();
  #server: Server | undefined;

  constructor(options: { readonly events: FakeEvents }) {
    this.#events = options.events;
  }

  async start(): Promise<void> {
    const server = new Server();
    this.#server = server;
    const definition = fromJSON(CRI_DESCRIPTOR, { longs: String, defaults: true })['runtime.v1.RuntimeService'];
    if (definition === undefined || 'format' in definition) throw new Error('no such service');
    server.addService(definition, this.#implementation());
    await new Promise<void>((resolve, reject) => {
      server.bindAsync(`unix:${this.socketPath}`, ServerCredentials.createInsecure(), (error) => {
        if (error === null) resolve();
        else reject(error);
      });
    });
  }

  stop(): void {
    this.#server?.forceShutdown();
    this.#server = undefined;
    rmSync(this.socketPath, { force: true });
  }

  remove(): void {
    this.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  run(container: Pick<FakeContainer, 'id' | 'sandboxId' | 'name'>): void {
    this.containers.set(container.id, { ...container, state: ContainerState.running, exitCode: 0, reason: '' });
    this.#tell(container.id, ContainerEvent.started);
  }

  end(id: string, exitCode: number, reason: string): void {
    const container = this.containers.get(id);
    if (container === undefined) throw new Error(`no container ${id}`);
    Object.assign(container, { state: ContainerState.exited, exitCode, reason });
    this.#tell(id, ContainerEvent.stopped);
  }

  /** Ends the streams of all who follow. */
  endEvents(): void {
    for (const follower of this.#followers) follower.end();
    this.#followers.clear();
  }

  #tell(containerId: string, containerEventType: number): void {
    const createdAt = String(BigInt(Date.now()) * NS_PER_MS);
    for (const follower of this.#followers) follower.write({ containerId, containerEventType, createdAt });
  }

  #implementation(): UntypedServiceImplementation {
    const answer =
      (make: (request: Record<string, unknown>) => object | undefined) =>
      ({ request }: { request: Record<string, unknown> }, done: sendUnaryData<object>): void => {
        const made = make(request);
        if (made === undefined) done({ code: Status.NOT_FOUND, details: 'not found' });
        else done(null, made);
      };
    return {
      version: answer(() => ({ version: '0.1.0', runtimeName: 'cri-o', runtimeVersion: '1.31.0' })),
      listContainers: answer(() => {
        this.lists += 1;
        const containers = [...this.containers.values()];
        return { containers: containers.map(({ id, sandboxId, state }) => ({ id, podSandboxId: sandboxId, state })) };
      }),
      containerStatus: answer(({ containerId }) => this.#status(String(containerId))),
      listPodSandbox: answer(() => ({ items: [] })),
      podSandboxStatus: answer(({ podSandboxId }) =>
        [...this.containers.values()].some(({ sandboxId }) => sandboxId === podSandboxId)
          ? { status: { id: podSandboxId, metadata: { name: 'web-1', uid: 'u', namespace: 'shop' }, state: 0 } }
          : undefined,
      ),
      getContainerEvents: (stream: ServerWritableStream<object, object>): void => {
        if (this.#events === 'unknown') {
          stream.emit('error', { code: Status.UNIMPLEMENTED, details: 'unknown method GetContainerEvents' });
          return;
        }
        if (this.#events === 'ended') {
          stream.end();
          return;
        }
        this.#followers.add(stream);
        stream.on('cancelled', () => this.#followers.delete(stream));
      },
    };
  }

  #status(id: string): object | undefined {
    const container = this.containers.get(id);
    if (container === undefined) return undefined;
    const { sandboxId, name, state, exitCode, reason } = container;
    const now = String(BigInt(Date.now()) * NS_PER_MS);
    const hasEnded = state === ContainerState.exited;
    return {
      status: {
        id,
        metadata: { name, attempt: 2 },
        state,
        createdAt: now,
        startedAt: now,
        finishedAt: hasEnded ? now : '0',
        exitCode,
        reason,
        image: { image: 'sha256:beef', userSpecifiedImage: 'registry.example/shop:1' },
        imageRef: 'sha256:beef',
        labels: { 'io.kubernetes.container.name': name },
        annotations: { 'io.kubernetes.container.restartCount': '2' },
      },
      info: { info: JSON.stringify({ sandboxID: sandboxId, pid: 0, runtimeSpec: { linux: { namespaces: [] } } }) },
    };
  }
}
