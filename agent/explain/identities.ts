import type { ContainerIdentity } from '../domain/container.ts';
import { mergeIdentity } from '../domain/container.ts';

const MAX_IDENTITIES = 8_192;

/** Who the containers are, the longest unheard of first. Bounded, but never forgets one that `isNeeded`. */
export class Identities {
  readonly #known = new Map<string, ContainerIdentity>();
  readonly #isNeeded: (id: string) => boolean;

  constructor(isNeeded: (id: string) => boolean) {
    this.#isNeeded = isNeeded;
  }

  merge(identity: ContainerIdentity): ContainerIdentity {
    const merged = mergeIdentity(this.#known.get(identity.id), identity);
    this.#known.delete(identity.id);
    this.#known.set(identity.id, merged);
    if (this.#known.size > MAX_IDENTITIES) this.#forgetOldest();
    return merged;
  }

  get(id: string): ContainerIdentity | undefined {
    return this.#known.get(id);
  }

  where(holds: (identity: ContainerIdentity) => boolean): readonly ContainerIdentity[] {
    return [...this.#known.values()].filter(holds);
  }

  #forgetOldest(): void {
    for (const id of this.#known.keys()) {
      if (this.#isNeeded(id)) continue;
      this.#known.delete(id);
      return;
    }
  }
}
