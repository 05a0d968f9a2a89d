import { clip } from '../../shared/identity-text.ts';
import { Limiter } from '../../shared/limiter.ts';
import { RpcClient, orGone } from '../rpc/client.ts';
import type { RpcOptions } from '../rpc/client.ts';
import { CONTAINERD_DESCRIPTORS } from './api.ts';
import type { ContainerdContainer, ContainerdTask, Envelope } from './schemas.ts';
import {
  ContainerSchema,
  ContainersSchema,
  EnvelopeSchema,
  ImageSchema,
  NamespacesSchema,
  TaskSchema,
  VersionSchema,
} from './schemas.ts';

const CONCURRENCY = 4;
/** Docker keeps its containers there and describes them far better itself. */
export const DOCKER_NAMESPACE = 'moby';
/** Kubernetes' containers: CRI tells of them. */
const CRI_NAMESPACE = 'k8s.io';
/** CRI's plugin marks what it makes: `container` or `sandbox`. */
export const CRI_KIND = 'io.cri-containerd.kind';

/** A container with its task, where it has one. */
export interface ContainerdDescription {
  readonly namespace: string;
  readonly container: ContainerdContainer;
  readonly task: ContainerdTask | undefined;
  readonly imageDigest: string | undefined;
}

/** The questions of containerd's own API that are asked. They reject with an InquestError. */
export class ContainerdClient {
  readonly #rpc: RpcClient;
  readonly #limiter = new Limiter(CONCURRENCY);
  /** `containerd 1.6.20`. */
  readonly peer: string;

  private constructor(rpc: RpcClient, version: string) {
    this.#rpc = rpc;
    this.peer = `containerd ${clip(version, 40) ?? ''}`.trim();
  }

  static async connect(options: RpcOptions): Promise<ContainerdClient> {
    const rpc = await RpcClient.open(options, CONTAINERD_DESCRIPTORS);
    try {
      const { version } = await rpc.call('/containerd.services.version.v1.Version/Version', {}, VersionSchema);
      return new ContainerdClient(rpc, version);
    } catch (error) {
      rpc.close();
      throw error;
    }
  }

  close(): void {
    this.#rpc.close();
  }

  /** All but Docker's. */
  async namespaces(): Promise<readonly string[]> {
    const { namespaces } = await this.#rpc.call(
      '/containerd.services.namespaces.v1.Namespaces/List',
      {},
      NamespacesSchema,
    );
    return namespaces.map(({ name }) => name).filter((name) => name !== DOCKER_NAMESPACE);
  }

  /** Those that nobody else tells of. */
  async containers(namespace: string): Promise<readonly ContainerdContainer[]> {
    const path = '/containerd.services.containers.v1.Containers/List';
    const { containers } = await this.#rpc.call(path, {}, ContainersSchema, inNamespace(namespace));
    return containers.filter(({ labels }) => labels[CRI_KIND] === undefined);
  }

  /** `undefined` when it is not there, or CRI's. */
  async describe(namespace: string, id: string): Promise<ContainerdDescription | undefined> {
    const path = '/containerd.services.containers.v1.Containers/Get';
    const answer = await this.#limiter.run(
      () => orGone(this.#rpc.call(path, { id }, ContainerSchema, inNamespace(namespace))),
      true,
    );
    if (answer === undefined || answer.container.labels[CRI_KIND] !== undefined) return undefined;
    return this.complete(namespace, answer.container);
  }

  async complete(namespace: string, container: ContainerdContainer): Promise<ContainerdDescription> {
    const where = inNamespace(namespace);
    const [task, image] = await Promise.all([
      orGone(
        this.#rpc.call('/containerd.services.tasks.v1.Tasks/Get', { containerId: container.id }, TaskSchema, where),
      ),
      container.image === ''
        ? undefined
        : orGone(
            this.#rpc.call('/containerd.services.images.v1.Images/Get', { name: container.image }, ImageSchema, where),
          ),
    ]);
    return { namespace, container, task: task?.process, imageDigest: image?.image.target?.digest };
  }

  /** Starts, ends and out-of-memory reports of tasks, without those of Docker and of Kubernetes. */
  events(take: (envelope: Envelope) => void, bad: () => void): ReturnType<RpcClient['follow']> {
    const filter = `namespace!=${DOCKER_NAMESPACE},namespace!=${CRI_NAMESPACE},topic~="^/tasks/(start|exit|oom)$"`;
    const path = '/containerd.services.events.v1.Events/Subscribe';
    return this.#rpc.follow(path, { filters: [filter] }, EnvelopeSchema, take, bad);
  }
}

function inNamespace(namespace: string): { readonly headers: Readonly<Record<string, string>> } {
  return { headers: { 'containerd-namespace': namespace } };
}
