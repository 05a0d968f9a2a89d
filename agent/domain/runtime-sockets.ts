/** Where runtimes listen, in the order in which they are looked for. `*` stands for the folder of each user. */
export interface RuntimePlaces {
  readonly docker: readonly string[];
  readonly containerd: readonly string[];
  readonly cri: readonly string[];
  /** Folders: Podman has no daemon. */
  readonly podman: readonly string[];
}

export type RuntimeKind = keyof RuntimePlaces;

const CONTAINERD = [
  '/run/containerd/containerd.sock',
  // k3s and RKE2
  '/run/k3s/containerd/containerd.sock',
  '/run/k0s/containerd.sock',
  '/var/snap/microk8s/common/run/containerd.sock',
] as const;

export const RUNTIME_PLACES: RuntimePlaces = {
  docker: ['/var/run/docker.sock', '/run/user/*/docker.sock'],
  containerd: CONTAINERD,
  cri: [...CONTAINERD, '/run/crio/crio.sock'],
  podman: ['/var/lib/containers/storage'],
};

export const RUNTIME_KINDS = ['docker', 'podman', 'cri', 'containerd'] as const satisfies readonly RuntimeKind[];

/** A setting's value as places: `auto` is all of the kind, `off` none, else what it says. */
export function placesOf(kind: RuntimeKind, setting: string): readonly string[] {
  if (setting === 'off') return [];
  return setting === 'auto' ? RUNTIME_PLACES[kind] : [setting];
}
