import { parseContainerCgroup } from '../../domain/cgroup-path.ts';
import type { ContainerIdentity, OuterContainer, RuntimeName } from '../../domain/container.ts';

export interface KnownContainer {
  readonly id: string;
  readonly path: string;
  readonly runtime: RuntimeName;
  /** In which it runs. */
  readonly outer?: OuterContainer;
}

/** A container as the kernel's part tells of it. */
export interface KernelContainer {
  readonly id: string;
  readonly path: string;
  readonly runtime: RuntimeName;
  readonly outer: bigint;
}

/** Records of a removed container may still wait in the other ring. */
const KEEP_REMOVED = 4_096;

/** Which container a cgroup id stands for. Ids of cgroups are not used again before a reboot. */
export class KnownContainers {
  readonly #live = new Map<bigint, KnownContainer>();
  readonly #removed = new Map<bigint, KnownContainer>();

  add(cgroup: bigint, container: KnownContainer): void {
    this.#live.set(cgroup, container);
  }

  /** What the kernel's part says of a container; `outer` is the cgroup of the one around it, 0 for none. */
  recorded({ id, path, runtime, outer }: KernelContainer): KnownContainer {
    // The path tells more of the outermost: it has the groups above.
    if (outer === 0n) return { id, path, runtime: parseContainerCgroup(path)?.runtime ?? runtime };
    return { id, path, runtime, outer: this.#around(outer, path) };
  }

  /** Of two that came and went while nobody looked, the inner one is heard of first: the path names the outermost. */
  #around(cgroup: bigint, path: string): OuterContainer {
    return outerAs(this.#get(cgroup) ?? { id: parseContainerCgroup(path)?.containerId ?? unknownId(cgroup) });
  }

  remove(cgroup: bigint): void {
    const known = this.#live.get(cgroup);
    if (known === undefined) return;
    this.#live.delete(cgroup);
    this.#removed.set(cgroup, known);
    if (this.#removed.size > KEEP_REMOVED) {
      const oldest = this.#removed.keys().next();
      if (oldest.done !== true) this.#removed.delete(oldest.value);
    }
  }

  has(cgroup: bigint): boolean {
    return this.#live.has(cgroup) || this.#removed.has(cgroup);
  }

  idOf(cgroup: bigint): string | undefined {
    return cgroup === 0n ? undefined : (this.#get(cgroup)?.id ?? unknownId(cgroup));
  }

  #get(cgroup: bigint): KnownContainer | undefined {
    return this.#live.get(cgroup) ?? this.#removed.get(cgroup);
  }

  get live(): ReadonlyMap<bigint, KnownContainer> {
    return this.#live;
  }
}

function unknownId(cgroup: bigint): string {
  return `cgroup-${String(cgroup)}`;
}

/** A container as the one around another. */
export function outerAs({ id, outer }: Pick<KnownContainer, 'id' | 'outer'>): OuterContainer {
  return outer === undefined ? { id } : { id, outer };
}

const RUNTIMES_OWN = /^[0-9a-f]{64}$/;

/** What the cgroup path alone says of a container. An id that no runtime made up is the name somebody gave it. */
export function kernelIdentity({ id, path, runtime, outer }: KnownContainer): ContainerIdentity {
  const name = RUNTIMES_OWN.test(id) ? {} : { name: id };
  const identity = { id, source: 'kernel', runtime, ...name, labels: {}, cgroupPath: path } as const;
  return outer === undefined ? identity : { ...identity, outer };
}
