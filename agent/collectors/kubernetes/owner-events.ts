import { setTimeout as sleep } from 'node:timers/promises';
import type { Evidence, OrchestratorEvent } from '../../domain/evidence.ts';
import { US_PER_SECOND } from '../../domain/time.ts';
import type { EpochUs } from '../../domain/time.ts';
import { Limiter } from '../shared/limiter.ts';
import type { KubernetesApi } from './api.ts';
import { isOwnerWord, lastSaidAt, recordOf } from './event-record.ts';
import { deletedAt, podRef, workloadOf } from './pod-state.ts';
import { EventSchema, ListSchema } from './schemas.ts';
import type { ApiEvent, Pod } from './schemas.ts';

export interface OwnerEventsOptions {
  readonly api: KubernetesApi;
  readonly signal: AbortSignal;
  readonly take: (records: readonly Evidence<OrchestratorEvent>[]) => void;
  /** A question that was not answered. */
  readonly failed: (error: unknown) => void;
  /** How long after a deletion its owner is asked first, and how long after the last one for good. */
  readonly afterMs?: readonly [number, number];
}

/** A controller says what it did within a moment of having done it; a rollout goes on with its new pods. */
const AFTER_MS = [2_000, 8_000] as const;
/** Times are whole seconds, and of another machine's clock. */
const BEFORE_US = 10 * US_PER_SECOND;
const LATER_US = 20 * US_PER_SECOND;
const OWNERS_MAX = 256;
const PODS_MAX = 512;
const EVENTS_MAX = 500;
const AT_A_TIME = 2;

interface Owner {
  readonly namespace: string;
  /** The controller, and whoever made it: a Deployment of its ReplicaSet. */
  readonly objects: readonly { readonly kind: string; readonly name: string }[];
  readonly pods: Map<string, Deleted>;
  readonly told: Set<string>;
  lastMs: number;
}

interface Deleted {
  readonly pod: Pod;
  readonly at: EpochUs;
}

/**
 * Why pods of this node are deleted, as those who made them say it: a Job that has reached its deadline, a Deployment
 * that is rolled out or made smaller. They are asked, once for all their pods, when pods of theirs are being deleted:
 * following the Events of all controllers on every node would be work for the API server without end.
 */
export class OwnerEvents {
  readonly #options: OwnerEventsOptions;
  readonly #owners = new Map<string, Owner>();
  readonly #limiter = new Limiter(AT_A_TIME);

  constructor(options: OwnerEventsOptions) {
    this.#options = options;
  }

  /** A pod has been seen being deleted. */
  note(pod: Pod): void {
    const at = deletedAt(pod.metadata);
    const controller = pod.metadata.ownerReferences.find((one) => one.controller === true);
    if (at === undefined || controller === undefined) return;
    const { namespace } = podRef(pod);
    const key = `${namespace}/${controller.kind}/${controller.name}`;
    const known = this.#owners.get(key);
    if (known === undefined && this.#owners.size >= OWNERS_MAX) return;
    const owner = known ?? {
      namespace,
      objects: objectsOf(pod, controller),
      pods: new Map(),
      told: new Set(),
      lastMs: 0,
    };
    owner.lastMs = performance.now();
    if (owner.pods.size < PODS_MAX) owner.pods.set(pod.metadata.uid, { pod, at });
    if (known !== undefined) return;
    this.#owners.set(key, owner);
    this.#follow(owner)
      .catch((error: unknown) => {
        if (!this.#options.signal.aborted) this.#options.failed(error);
      })
      .finally(() => this.#owners.delete(key));
  }

  async #follow(owner: Owner): Promise<void> {
    const { signal, afterMs: [firstMs, lastMs] = AFTER_MS } = this.#options;
    await sleep(firstMs, undefined, { signal });
    await this.#ask(owner);
    for (let left = lastMs; left > 0; left = owner.lastMs + lastMs - performance.now())
      await sleep(left, undefined, { signal });
    await this.#ask(owner);
  }

  async #ask(owner: Owner): Promise<void> {
    const events: ApiEvent[] = [];
    for (const { kind, name } of owner.objects) {
      const query = new URLSearchParams({
        fieldSelector: `involvedObject.kind=${kind},involvedObject.name=${name}`,
        limit: String(EVENTS_MAX),
      });
      const path = `/api/v1/namespaces/${encodeURIComponent(owner.namespace)}/events?${query.toString()}`;
      const { items } = ListSchema.parse(await this.#limiter.run(() => this.#options.api.get(path)));
      events.push(...items.flatMap((item) => EventSchema.safeParse(item).data ?? []));
    }
    const records = [...owner.pods.values()].flatMap((deleted) =>
      events.flatMap((event) =>
        this.#isNews(owner, deleted, event) ? (recordOf(event, podRef(deleted.pod)) ?? []) : [],
      ),
    );
    if (records.length > 0) this.#options.take(records);
  }

  #isNews(owner: Owner, { pod, at }: Deleted, event: ApiEvent): boolean {
    const said = lastSaidAt(event);
    if (said === undefined || said < at - BEFORE_US || said > at + LATER_US) return false;
    if (!isOwnerWord(event, pod.metadata.name)) return false;
    const key = `${pod.metadata.uid} ${event.metadata.uid ?? ''} ${String(said)}`;
    if (owner.told.has(key)) return false;
    owner.told.add(key);
    return true;
  }
}

function objectsOf(pod: Pod, controller: { readonly kind: string; readonly name: string }): Owner['objects'] {
  const workload = workloadOf(pod.metadata);
  const own = { kind: controller.kind, name: controller.name };
  return workload === undefined || workload.kind === controller.kind ? [own] : [own, workload];
}
