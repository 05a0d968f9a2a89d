import type { RuntimeName } from './container.ts';

export interface ContainerCgroup {
  /**
   * Full id of the outermost container, or the name it was given where its runtime has no ids. A container can
   * only make cgroups below its own, so the outermost name is the one that it cannot have forged.
   */
  readonly containerId: string;
  readonly runtime: RuntimeName;
  /** Path of the container's own cgroup: the given path up to and including its name. */
  readonly cgroupPath: string;
  /** Innermost container of a nested one (kind, Docker in Docker). Only a hint: a container may invent it. */
  readonly innerId?: string;
  /** Kubernetes' pod uid with dashes, where a pod's cgroup stands above the container's. */
  readonly podUid?: string;
}

const PATH_LIMIT = 4_096;
const DEPTH_LIMIT = 64;
const ID = '([0-9a-f]{64})';
/** What people call a container, where the runtime has no ids of its own. */
const GIVEN = '([A-Za-z0-9_.+-]{1,64})';

/**
 * Names that carry the runtime. `crio-conmon-…` and `libpod-conmon-…` are monitors, not containers. bpf/containers.bpf.h
 * has the same table for the kernel's side.
 */
const NAMED: readonly (readonly [RegExp, RuntimeName])[] = [
  [new RegExp(`^docker-${ID}\\.scope$`), 'docker'],
  [new RegExp(`^cri-containerd-${ID}\\.scope$`), 'containerd'],
  [new RegExp(`^nerdctl-${ID}\\.scope$`), 'containerd'],
  [new RegExp(`^crio-${ID}(?:\\.scope)?$`), 'cri-o'],
  [new RegExp(`^libpod-(?:payload-)?${ID}(?:\\.scope)?$`), 'podman'],
  // runc's systemd syntax `slice:prefix:name`, taken literally by a cgroupfs driver.
  [new RegExp(`:cri-containerd:${ID}$`), 'containerd'],
  [new RegExp(`:docker:${ID}$`), 'docker'],
  [new RegExp(`:crio:${ID}$`), 'cri-o'],
  // The runtimes alone, with systemd's driver: the id is whatever name they were given.
  [new RegExp(`^runc-${GIVEN}\\.scope$`), 'unknown'],
  [new RegExp(`^crun-${GIVEN}\\.scope$`), 'unknown'],
];

const BARE = new RegExp(`^${ID}$`);

/** A bare id says nothing about its runtime, the folder above it sometimes does. */
const PARENTS: ReadonlyMap<string, RuntimeName> = new Map([
  ['docker', 'docker'],
  ['default', 'containerd'],
  ['k8s.io', 'containerd'],
  ['nerdctl', 'containerd'],
]);

/** Podman's pods have bare ids there, and their containers below. */
const PODS_PARENT = 'libpod_parent';

const GIVEN_NAME = new RegExp(`^${GIVEN}$`);
/** Where ctr puts containers of containerd’s namespace `default`: below the root, by the name they were given. */
const CTR = { parent: 'default', depth: 2 };
/** The steps of an image’s build, by ids of BuildKit’s own. */
const BUILDKIT = 'buildkit';

const POD =
  /(?:^|-)pod([0-9a-f]{8}[-_][0-9a-f]{4}[-_][0-9a-f]{4}[-_][0-9a-f]{4}[-_][0-9a-f]{12}|[0-9a-f]{32})(?:\.slice(?::|$)|$)/;

/** Whether a group is that of a pod of Kubernetes, by its name or its path: `pod<uid>`, `kubepods-burstable-pod<uid>.slice`. */
export function isPodGroup(group: string): boolean {
  return POD.test(group.slice(group.lastIndexOf('/') + 1));
}

function parseName(
  name: string,
  parent: string | undefined,
  depth: number,
): { id: string; runtime: RuntimeName } | undefined {
  for (const [pattern, runtime] of NAMED) {
    const id = pattern.exec(name)?.[1];
    if (id !== undefined) return { id, runtime };
  }
  if (BARE.test(name) && parent !== PODS_PARENT) return { id: name, runtime: PARENTS.get(parent ?? '') ?? 'unknown' };
  if (!GIVEN_NAME.test(name)) return undefined;
  if (parent === BUILDKIT) return { id: name, runtime: 'unknown' };
  return parent === CTR.parent && depth === CTR.depth ? { id: name, runtime: 'containerd' } : undefined;
}

/**
 * Reads a container out of a cgroup path as kernel, /proc/PID/cgroup and kmsg write it, for cgroupfs
 * and systemd drivers of Docker, containerd, CRI-O, Podman, nerdctl and Kubernetes. `undefined` when
 * the path is not of a container or is longer than the kernel would make it.
 */
export function parseContainerCgroup(path: string): ContainerCgroup | undefined {
  if (!path.startsWith('/') || path.length > PATH_LIMIT) return undefined;
  const names = path.split('/', DEPTH_LIMIT);
  let outer: Omit<ContainerCgroup, 'innerId'> | undefined;
  let innerId: string | undefined;
  let podUid: string | undefined;
  for (const [index, name] of names.entries()) {
    if (outer === undefined) podUid = POD.exec(name)?.[1]?.replaceAll('_', '-') ?? podUid;
    const found = parseName(name, names[index - 1], index);
    if (found === undefined) continue;
    if (outer === undefined) {
      const cgroupPath = names.slice(0, index + 1).join('/');
      outer = { containerId: found.id, runtime: found.runtime, cgroupPath, ...(podUid !== undefined && { podUid }) };
    } else if (found.id !== outer.containerId) {
      innerId = found.id;
    }
  }
  if (outer === undefined) return undefined;
  return innerId === undefined ? outer : { ...outer, innerId };
}

/** A container by the path of its cgroup below that of the container in which it runs. */
export function parseNestedCgroup(path: string, outerPath: string): ContainerCgroup | undefined {
  return path.startsWith(`${outerPath}/`) ? parseContainerCgroup(path.slice(outerPath.length)) : undefined;
}
