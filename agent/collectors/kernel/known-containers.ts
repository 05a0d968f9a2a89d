import { parseContainerCgroup } from '../../domain/cgroup-path.ts';
import type { ContainerIdentity, RuntimeName } from '../../domain/container.ts';

export interface KnownContainer {
  readonly id: string;
  readonly path: string;
  readonly runtime: RuntimeName;
  /** Of one that runs in another container. */
  readonly outerId?: string;
}

/**
 * By what the kernel's record says: its own id, and the path, of which only so much is recorded that a nested one's own
 * name may be missing.
 */
export function knownContainer(id: string, path: string, runtime: RuntimeName): KnownContainer {
  const parsed = parseContainerCgroup(path);
  if (parsed === undefined || parsed.containerId === id) return { id, path, runtime: parsed?.runtime ?? runtime };
  return { id, path, runtime, outerId: parsed.containerId };
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
    if (cgroup === 0n) return undefined;
    return (this.#live.get(cgroup) ?? this.#removed.get(cgroup))?.id ?? `cgroup-${String(cgroup)}`;
  }

  get live(): ReadonlyMap<bigint, KnownContainer> {
    return this.#live;
  }
}

const RUNTIMES_OWN = /^[0-9a-f]{64}$/;

/** What the cgroup path alone says of a container. An id that no runtime made up is the name somebody gave it. */
export function kernelIdentity({ id, path, runtime, outerId }: KnownContainer): ContainerIdentity {
  const name = RUNTIMES_OWN.test(id) ? {} : { name: id };
  const outer = outerId === undefined ? {} : { outer: { id: outerId } };
  return { id, source: 'kernel', runtime, ...name, labels: {}, cgroupPath: path, ...outer };
}
