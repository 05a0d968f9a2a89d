import type { Evidence, OrchestratorState, PodRef } from '../../domain/evidence.ts';
import type { EpochUs } from '../../domain/time.ts';
import { podRef, statesOf } from './pod-state.ts';
import { PodSchema } from './schemas.ts';
import type { Pod } from './schemas.ts';

/** A node runs some hundred at most. */
const MAX_PODS = 2_048;

interface KnownPod {
  readonly ref: PodRef;
  /** What was last told of each container. */
  readonly told: Map<string, string>;
  isListed: boolean;
  isDeleted: boolean;
}

export interface PodEnds {
  /** Called once for each pod that is seen being deleted. */
  readonly deleted: (pod: Pod) => void;
  /** Kubernetes knows it no more. */
  readonly gone: (pod: Pod) => void;
}

/** The pods of this node: tells of each container what Kubernetes keeps about it, when that has changed. */
export class NodePods {
  readonly #pods = new Map<string, KnownPod>();
  readonly #clock: () => EpochUs;
  readonly #ends: PodEnds;
  #lastAt: EpochUs = 0;

  constructor(clock: () => EpochUs, ends: PodEnds) {
    this.#clock = clock;
    this.#ends = ends;
  }

  get size(): number {
    return this.#pods.size;
  }

  /** By the uid of the API, or by kubelet's own for a pod that it runs from a file. */
  find(uid: string): PodRef | undefined {
    const direct = this.#pods.get(uid)?.ref;
    if (direct !== undefined) return direct;
    for (const { ref } of this.#pods.values()) if (ref.uid === uid) return ref;
    return undefined;
  }

  /** Some who speak of a pod leave out its uid: the controller that evicts for taints. Of two, the one that came last. */
  findByName(namespace: string, name: string): PodRef | undefined {
    const named = [...this.#pods.values()].findLast(({ ref }) => ref.namespace === namespace && ref.name === name);
    return named?.ref;
  }

  /** A list begins: what does not come by its end is gone. */
  beginList(): void {
    for (const [uid, pod] of this.#pods) {
      if (!pod.isListed) this.#pods.delete(uid);
      pod.isListed = false;
    }
  }

  /** @returns what is new, or `undefined` when it is no pod */
  put(object: unknown): readonly Evidence<OrchestratorState>[] | undefined {
    const parsed = PodSchema.safeParse(object);
    if (!parsed.success) return undefined;
    const pod = parsed.data;
    const known = this.#known(pod.metadata.uid, podRef(pod));
    if (!known.isDeleted && pod.metadata.deletionTimestamp !== undefined) {
      known.isDeleted = true;
      this.#ends.deleted(pod);
    }
    return statesOf(pod).flatMap((data) => {
      const name = data.pod.container ?? '';
      const text = JSON.stringify(data);
      if (known.told.get(name) === text) return [];
      known.told.set(name, text);
      return [{ at: this.#now(), source: 'kubernetes' as const, containerId: undefined, data }];
    });
  }

  /** Told once more: its last state says why it went. */
  remove(object: unknown): readonly Evidence<OrchestratorState>[] | undefined {
    const last = this.put(object);
    const pod = PodSchema.safeParse(object).data;
    if (pod !== undefined) {
      this.#pods.delete(pod.metadata.uid);
      this.#ends.gone(pod);
    }
    return last;
  }

  #known(uid: string, ref: PodRef): KnownPod {
    const known = this.#pods.get(uid) ?? { ref, told: new Map<string, string>(), isListed: true, isDeleted: false };
    known.isListed = true;
    this.#pods.delete(uid);
    this.#pods.set(uid, known);
    const oldest = this.#pods.size > MAX_PODS ? this.#pods.keys().next() : undefined;
    if (oldest?.done === false) this.#pods.delete(oldest.value);
    return known;
  }

  /** No two at the same time: the order of states is their time. */
  #now(): EpochUs {
    this.#lastAt = Math.max(this.#clock(), this.#lastAt + 1);
    return this.#lastAt;
  }
}
