import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Client, credentials } from '@grpc/grpc-js';
import { fromJSON } from '@grpc/proto-loader';
import type { MethodDefinition } from '@grpc/proto-loader';
import * as z from 'zod';
import { CRI_PACKAGE } from '../../agent/collectors/cri/api.ts';
import { describePackage } from '../../agent/collectors/cri/rpc/descriptor.ts';
import type { PackageSpec } from '../../agent/collectors/cri/rpc/descriptor.ts';

const DEADLINE_MS = 60_000;

/** The part of CRI by which kubelet makes and ends pods. */
export const CRI_OF_KUBELET: PackageSpec = {
  services: {
    RuntimeService: {
      RunPodSandbox: { request: 'RunPodSandboxRequest', response: 'RunPodSandboxResponse' },
      StopPodSandbox: { request: 'PodSandboxRequest', response: 'Empty' },
      RemovePodSandbox: { request: 'PodSandboxRequest', response: 'Empty' },
      CreateContainer: { request: 'CreateContainerRequest', response: 'CreateContainerResponse' },
      StartContainer: { request: 'ContainerRequest', response: 'Empty' },
      StopContainer: { request: 'StopContainerRequest', response: 'Empty' },
      RemoveContainer: { request: 'ContainerRequest', response: 'Empty' },
    },
  },
  messages: {
    Empty: {},
    RunPodSandboxRequest: { config: ['PodSandboxConfig', 1] },
    RunPodSandboxResponse: { podSandboxId: ['string', 1] },
    PodSandboxRequest: { podSandboxId: ['string', 1] },
    PodSandboxConfig: {
      metadata: ['PodSandboxMetadata', 1],
      logDirectory: ['string', 3],
      labels: ['string', 6, 'map'],
      annotations: ['string', 7, 'map'],
      linux: ['LinuxPodSandboxConfig', 8],
    },
    PodSandboxMetadata: { name: ['string', 1], uid: ['string', 2], namespace: ['string', 3], attempt: ['uint32', 4] },
    LinuxPodSandboxConfig: { cgroupParent: ['string', 1], securityContext: ['SecurityContext', 2] },
    SecurityContext: { namespaceOptions: ['NamespaceOption', 1] },
    NamespaceOption: { network: ['int32', 1], pid: ['int32', 2], ipc: ['int32', 3] },
    CreateContainerRequest: {
      podSandboxId: ['string', 1],
      config: ['ContainerConfig', 2],
      sandboxConfig: ['PodSandboxConfig', 3],
    },
    CreateContainerResponse: { containerId: ['string', 1] },
    ContainerConfig: {
      metadata: ['ContainerMetadata', 1],
      image: ['ImageSpec', 2],
      command: ['string', 3, 'list'],
      mounts: ['Mount', 7, 'list'],
      labels: ['string', 9, 'map'],
      annotations: ['string', 10, 'map'],
      logPath: ['string', 11],
      linux: ['LinuxContainerConfig', 15],
    },
    ContainerMetadata: { name: ['string', 1], attempt: ['uint32', 2] },
    ImageSpec: { image: ['string', 1] },
    Mount: { containerPath: ['string', 1], hostPath: ['string', 2] },
    LinuxContainerConfig: { resources: ['LinuxContainerResources', 1], securityContext: ['ContainerSecurity', 2] },
    ContainerSecurity: { namespaceOptions: ['NamespaceOption', 3] },
    LinuxContainerResources: { memoryLimitInBytes: ['int64', 4] },
    ContainerRequest: { containerId: ['string', 1] },
    StopContainerRequest: { containerId: ['string', 1], timeout: ['int64', 2] },
  },
};

const DESCRIPTOR = describePackage(CRI_PACKAGE, CRI_OF_KUBELET);

/** `NamespaceMode` NODE: the host's own, so that no network has to be made. */
const NODE = 2;
const NAMESPACES = { network: NODE, pid: 1, ipc: 0 };

export interface PodOptions {
  readonly name: string;
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
}

export interface Pod {
  readonly id: string;
  readonly uid: string;
  readonly name: string;
  readonly config: object;
  readonly labels: Readonly<Record<string, string>>;
}

export interface PodContainerOptions {
  readonly name: string;
  readonly image: string;
  readonly command: readonly string[];
  readonly attempt?: number;
  readonly memoryBytes?: number;
  readonly graceSeconds?: number;
  readonly mounts?: readonly { readonly containerPath: string; readonly hostPath: string }[];
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Asks a runtime for what kubelet asks for, with the labels and annotations that kubelet writes. */
export class CriDriver {
  readonly #client: Client;
  readonly #methods = new Map<string, MethodDefinition<object, object>>();
  readonly #logs: string;
  readonly #group: string;

  private constructor(socketPath: string, logs: string, group: string) {
    this.#client = new Client(`unix:${socketPath}`, credentials.createInsecure());
    this.#logs = logs;
    this.#group = group;
    for (const entry of Object.values(fromJSON(DESCRIPTOR, { longs: String, defaults: true }))) {
      if ('format' in entry) continue;
      for (const method of Object.values(entry)) {
        if ('path' in method) this.#methods.set(method.path.slice(method.path.lastIndexOf('/') + 1), method);
      }
    }
  }

  /** @param group control group for all pods: one of its own, which nobody else removes or fills */
  static connect(socketPath: string, logs: string, group: string): Promise<CriDriver> {
    return Promise.resolve(new CriDriver(socketPath, logs, group));
  }

  close(): Promise<void> {
    this.#client.close();
    return Promise.resolve();
  }

  async runPod({ name, namespace = 'shop', labels = {} }: PodOptions): Promise<Pod> {
    const uid = randomUUID();
    const pod = {
      'io.kubernetes.pod.name': name,
      'io.kubernetes.pod.namespace': namespace,
      'io.kubernetes.pod.uid': uid,
    };
    const logDirectory = join(this.#logs, `${namespace}_${name}_${uid}`);
    mkdirSync(logDirectory, { recursive: true });
    const config = {
      metadata: { name, uid, namespace, attempt: 0 },
      logDirectory,
      labels: { ...labels, ...pod },
      annotations: { 'kubernetes.io/config.source': 'api' },
      linux: { cgroupParent: `${this.#group}/burstable/pod${uid}`, securityContext: { namespaceOptions: NAMESPACES } },
    };
    const { podSandboxId } = await this.#ask('RunPodSandbox', { config }, z.object({ podSandboxId: z.string() }));
    return { id: podSandboxId, uid, name, config, labels: pod };
  }

  async createContainer(pod: Pod, options: PodContainerOptions): Promise<string> {
    const {
      name,
      image,
      command,
      attempt = 0,
      memoryBytes,
      graceSeconds = 30,
      mounts = [],
      annotations = {},
    } = options;
    const config = {
      metadata: { name, attempt },
      image: { image },
      command,
      mounts,
      labels: { ...pod.labels, 'io.kubernetes.container.name': name },
      annotations: {
        'io.kubernetes.container.restartCount': String(attempt),
        'io.kubernetes.pod.terminationGracePeriod': String(graceSeconds),
        ...annotations,
      },
      logPath: `${name}_${String(attempt)}.log`,
      linux: {
        resources: memoryBytes === undefined ? {} : { memoryLimitInBytes: memoryBytes },
        securityContext: { namespaceOptions: NAMESPACES },
      },
    };
    const request = { podSandboxId: pod.id, config, sandboxConfig: pod.config };
    const { containerId } = await this.#ask('CreateContainer', request, z.object({ containerId: z.string() }));
    return containerId;
  }

  async startContainer(containerId: string): Promise<void> {
    await this.#ask('StartContainer', { containerId }, z.object({}));
  }

  async runContainer(pod: Pod, options: PodContainerOptions): Promise<string> {
    const id = await this.createContainer(pod, options);
    await this.startContainer(id);
    return id;
  }

  async stopContainer(containerId: string, timeout: number): Promise<void> {
    await this.#ask('StopContainer', { containerId, timeout }, z.object({}));
  }

  async removePod({ id: podSandboxId }: Pod): Promise<void> {
    await this.#ask('StopPodSandbox', { podSandboxId }, z.object({}));
    await this.#ask('RemovePodSandbox', { podSandboxId }, z.object({}));
  }

  #ask<T>(name: string, request: object, schema: z.ZodType<T>): Promise<T> {
    const method = this.#methods.get(name);
    if (method === undefined) throw new Error(`no method ${name}`);
    return new Promise<unknown>((resolve, reject) => {
      const deadline = Date.now() + DEADLINE_MS;
      const { path, requestSerialize, responseDeserialize } = method;
      this.#client.makeUnaryRequest(
        path,
        requestSerialize,
        responseDeserialize,
        request,
        { deadline },
        (error, answer) => {
          if (error === null) resolve(answer);
          else reject(new Error(`${name}: ${error.details}`));
        },
      );
    }).then((answer) => schema.parse(answer));
  }
}
