import type { EpochUs } from './time.ts';

export type RuntimeName = 'docker' | 'containerd' | 'cri-o' | 'podman' | 'unknown';

const RUNTIME_TITLES: Readonly<Record<RuntimeName, string>> = {
  docker: 'Docker',
  containerd: 'containerd',
  'cri-o': 'CRI-O',
  podman: 'Podman',
  unknown: 'the container runtime',
};

/** As it is called in a sentence. */
export function runtimeTitle(runtime: RuntimeName): string {
  return RUNTIME_TITLES[runtime];
}

/** Where the container's name and image were learnt. `kernel` means the cgroup path alone. */
export type IdentitySource = 'kernel' | 'runtime';

export interface ContainerLimits {
  readonly memoryBytes?: number;
  readonly memorySwapBytes?: number;
  readonly cpus?: number;
  readonly pids?: number;
  readonly shmBytes?: number;
}

export interface RestartPolicy {
  readonly name: 'no' | 'always' | 'unless-stopped' | 'on-failure';
  readonly maximumRetries?: number;
}

export interface OuterContainer {
  readonly id: string;
  readonly name?: string;
  /** The one in which that runs. */
  readonly outer?: OuterContainer;
}

/** The containers around one, from the nearest to the outermost. */
export function containersAround({ outer }: Pick<ContainerIdentity, 'outer'>): readonly OuterContainer[] {
  return outer === undefined ? [] : [outer, ...containersAround(outer)];
}

/** Which of the containers around one has this id. */
export function containerAround(container: Pick<ContainerIdentity, 'outer'>, id: string): OuterContainer | undefined {
  return containersAround(container).find((around) => around.id === id);
}

/** Who a container is. Everything here is data from elsewhere: escape it where it is shown. */
export interface ContainerIdentity {
  readonly id: string;
  readonly source: IdentitySource;
  readonly runtime: RuntimeName;
  readonly name?: string;
  readonly image?: string;
  readonly imageDigest?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly createdAt?: EpochUs;
  readonly startedAt?: EpochUs;
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
  readonly environmentNames?: readonly string[];
  readonly stopSignal?: number;
  readonly stopTimeoutSeconds?: number;
  readonly limits?: ContainerLimits;
  readonly restartPolicy?: RestartPolicy;
  readonly restartCount?: number;
  readonly hasHealthCheck?: boolean;
  readonly usesInit?: boolean;
  readonly hostPid?: boolean;
  /** Holds the namespaces of a pod and does no work: `pause`. Its end by itself is not worth telling. */
  readonly isSandbox?: boolean;
  readonly mainPid?: number;
  readonly cgroupPath?: string;
  /** The container in which it runs: a node of kind, Docker in Docker. */
  readonly outer?: OuterContainer;
}

/** The later identity wins field by field; a runtime's word is never replaced by the kernel's guess. */
export function mergeIdentity(known: ContainerIdentity | undefined, update: ContainerIdentity): ContainerIdentity {
  if (known === undefined) return update;
  if (known.source === 'runtime' && update.source === 'kernel') return { ...update, ...known };
  return {
    ...known,
    ...update,
    labels: Object.keys(update.labels).length > 0 ? update.labels : known.labels,
  };
}

export const SHORT_ID_LENGTH = 12;

export function shortId(id: string): string {
  return id.slice(0, SHORT_ID_LENGTH);
}

/** The name a person knows it by, else the short id. Raw: escape where shown. */
export function containerLabel(container: Pick<ContainerIdentity, 'id' | 'name'>): string {
  return container.name ?? shortId(container.id);
}
