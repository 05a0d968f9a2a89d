import type { RuntimeName } from '../../domain/container.ts';
import { InquestError } from '../../domain/errors.ts';
import { clip } from '../shared/identity-text.ts';
import { Limiter } from '../shared/limiter.ts';
import { CRI_DESCRIPTOR, CRI_PACKAGE } from './api.ts';
import { RpcClient, UnimplementedError, orGone } from './rpc/client.ts';
import type { RpcOptions } from './rpc/client.ts';
import type { CriInfo, CriSandbox, CriStatus } from './schemas.ts';
import {
  ContainersSchema,
  EventSchema,
  InfoSchema,
  SandboxSchema,
  SandboxesSchema,
  StatusSchema,
  VersionSchema,
} from './schemas.ts';
import { parseBounded } from '../shared/oci-spec.ts';

const CONCURRENCY = 4;
const METHOD = (name: string): string => `/${CRI_PACKAGE}.RuntimeService/${name}`;

export interface CriContainer {
  readonly id: string;
  readonly sandboxId: string;
  readonly state: number;
}

export interface CriDescription {
  readonly status: CriStatus;
  readonly info: CriInfo | undefined;
}

/** The questions of CRI v1 that are asked. They reject with an InquestError. */
export class CriClient {
  readonly #rpc: RpcClient;
  readonly #limiter = new Limiter(CONCURRENCY);
  /** `containerd 1.6.20`. */
  readonly peer: string;
  readonly runtime: RuntimeName;

  private constructor(rpc: RpcClient, name: string, version: string) {
    this.#rpc = rpc;
    this.peer = `${clip(name, 40) ?? 'unknown'} ${clip(version, 40) ?? ''}`.trim();
    this.runtime = runtimeCalled(name);
  }

  static async connect(options: RpcOptions): Promise<CriClient> {
    const rpc = await RpcClient.open(options, [CRI_DESCRIPTOR]);
    try {
      const { runtimeName, runtimeVersion } = await rpc.call(METHOD('Version'), { version: 'v1' }, VersionSchema);
      return new CriClient(rpc, runtimeName, runtimeVersion);
    } catch (error) {
      rpc.close();
      if (!(error instanceof UnimplementedError)) throw error;
      // Nothing is wrong on most machines where it is so: Docker's packages bring containerd without it.
      throw new InquestError(
        'runtime-absent',
        `The runtime on ${options.socketPath} does not speak version 1 of CRI.`,
        {
          next: 'Only Kubernetes needs it: there, switch the CRI plugin of containerd on (disabled_plugins in its config.toml), or update a containerd before 1.6.',
          cause: error,
        },
      );
    }
  }

  close(): void {
    this.#rpc.close();
  }

  async containers(): Promise<readonly CriContainer[]> {
    const { containers } = await this.#rpc.call(METHOD('ListContainers'), {}, ContainersSchema);
    return containers.map(({ id, podSandboxId, state }) => ({ id, sandboxId: podSandboxId, state }));
  }

  async sandboxes(): Promise<readonly CriSandbox[]> {
    return (await this.#rpc.call(METHOD('ListPodSandbox'), {}, SandboxesSchema)).items;
  }

  /** `undefined` when it is gone. */
  async sandbox(podSandboxId: string): Promise<CriSandbox | undefined> {
    const answer = await orGone(this.#rpc.call(METHOD('PodSandboxStatus'), { podSandboxId }, SandboxSchema));
    return answer?.status;
  }

  /** Status and spec; `undefined` when it is gone. `urgent` overtakes what waits: it may be gone in a moment. */
  async describe(containerId: string, urgent = false): Promise<CriDescription | undefined> {
    const status = await this.#limiter.run(
      () => orGone(this.#rpc.call(METHOD('ContainerStatus'), { containerId, verbose: true }, StatusSchema)),
      urgent,
    );
    return status === undefined ? undefined : { status, info: parseBounded(status.info['info'], InfoSchema) };
  }

  events(
    take: (event: { readonly containerId: string; readonly containerEventType: number }) => void,
    bad: () => void,
  ): ReturnType<RpcClient['follow']> {
    return this.#rpc.follow(METHOD('GetContainerEvents'), {}, EventSchema, take, bad);
  }
}

function runtimeCalled(name: string): RuntimeName {
  if (name === 'containerd') return 'containerd';
  if (name === 'cri-o') return 'cri-o';
  // cri-dockerd: the containers are Docker's.
  return name === 'docker' ? 'docker' : 'unknown';
}
