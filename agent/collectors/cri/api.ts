import { describePackage } from './rpc/descriptor.ts';
import type { PackageSpec } from './rpc/descriptor.ts';

/** The part of CRI v1 (`runtime.v1`) that is asked for: numbers as in Kubernetes' api.proto. */
export const CRI: PackageSpec = {
  services: {
    RuntimeService: {
      Version: { request: 'VersionRequest', response: 'VersionResponse' },
      ListContainers: { request: 'ListContainersRequest', response: 'ListContainersResponse' },
      ContainerStatus: { request: 'ContainerStatusRequest', response: 'ContainerStatusResponse' },
      ListPodSandbox: { request: 'ListPodSandboxRequest', response: 'ListPodSandboxResponse' },
      PodSandboxStatus: { request: 'PodSandboxStatusRequest', response: 'PodSandboxStatusResponse' },
      GetContainerEvents: { request: 'GetEventsRequest', response: 'ContainerEventResponse', responseStream: true },
    },
  },
  messages: {
    VersionRequest: { version: ['string', 1] },
    VersionResponse: { version: ['string', 1], runtimeName: ['string', 2], runtimeVersion: ['string', 3] },
    ListContainersRequest: {},
    ListContainersResponse: { containers: ['Container', 1, 'list'] },
    Container: {
      id: ['string', 1],
      podSandboxId: ['string', 2],
      state: ['int32', 6],
    },
    ContainerStatusRequest: { containerId: ['string', 1], verbose: ['bool', 2] },
    ContainerStatusResponse: { status: ['ContainerStatus', 1], info: ['string', 2, 'map'] },
    ContainerStatus: {
      id: ['string', 1],
      metadata: ['ContainerMetadata', 2],
      state: ['int32', 3],
      createdAt: ['int64', 4],
      startedAt: ['int64', 5],
      finishedAt: ['int64', 6],
      exitCode: ['int32', 7],
      image: ['ImageSpec', 8],
      imageRef: ['string', 9],
      reason: ['string', 10],
      message: ['string', 11],
      labels: ['string', 12, 'map'],
      annotations: ['string', 13, 'map'],
      mounts: ['Mount', 14, 'list'],
      logPath: ['string', 15],
      resources: ['ContainerResources', 16],
    },
    ContainerMetadata: { name: ['string', 1], attempt: ['uint32', 2] },
    ImageSpec: { image: ['string', 1], userSpecifiedImage: ['string', 18] },
    Mount: { containerPath: ['string', 1], hostPath: ['string', 2] },
    ContainerResources: { linux: ['LinuxContainerResources', 1] },
    LinuxContainerResources: {
      cpuPeriod: ['int64', 1],
      cpuQuota: ['int64', 2],
      memoryLimitInBytes: ['int64', 4],
      memorySwapLimitInBytes: ['int64', 10],
    },
    ListPodSandboxRequest: {},
    ListPodSandboxResponse: { items: ['PodSandbox', 1, 'list'] },
    PodSandboxMetadata: { name: ['string', 1], uid: ['string', 2], namespace: ['string', 3], attempt: ['uint32', 4] },
    PodSandbox: {
      id: ['string', 1],
      metadata: ['PodSandboxMetadata', 2],
      state: ['int32', 3],
      createdAt: ['int64', 4],
      labels: ['string', 5, 'map'],
      annotations: ['string', 6, 'map'],
    },
    PodSandboxStatusRequest: { podSandboxId: ['string', 1], verbose: ['bool', 2] },
    PodSandboxStatusResponse: { status: ['PodSandboxStatus', 1] },
    PodSandboxStatus: {
      id: ['string', 1],
      metadata: ['PodSandboxMetadata', 2],
      state: ['int32', 3],
      createdAt: ['int64', 4],
      labels: ['string', 7, 'map'],
      annotations: ['string', 8, 'map'],
    },
    GetEventsRequest: {},
    ContainerEventResponse: {
      containerId: ['string', 1],
      containerEventType: ['int32', 2],
      createdAt: ['int64', 3],
    },
  },
};

export const CRI_PACKAGE = 'runtime.v1';
export const CRI_DESCRIPTOR = describePackage(CRI_PACKAGE, CRI);

/** `ContainerState`. */
export const ContainerState = { created: 0, running: 1, exited: 2, unknown: 3 } as const;

/** `PodSandboxState`. */
export const SandboxState = { ready: 0, notReady: 1 } as const;

/** `ContainerEventType`. */
export const ContainerEvent = { created: 0, started: 1, stopped: 2, deleted: 3 } as const;
