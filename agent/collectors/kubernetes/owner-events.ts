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
  /** How long after a deletion its owner is asked first, and how long after the last news of its pods again. */
  readonly afterMs?: readonly [number, number];
}

/** A controller says what it did within a moment of having done it; a rollout goes on with its new pods. */
const AFTER_MS = [2_000, 8_000] as const;
/** Times are whole seconds, and of another machine's clock. */
const BEFORE_US = 10 * US_PER_SECOND;
/** After a pod is gone: only then does a rollout by Recreate make the new ones, which says that it is one. */
const LATER_US = 20 * US_PER_SECOND;
const OWNERS_MAX = 256;
const PODS_MAX = 512;
const EVENTS_MAX = 500;
const AT_A_TIME = 2;

interface Owner {
  readonly key: string;
  readonly namespace: string;
  /** The controller, and whoever made it: a Deployment of its ReplicaSet. */
  readonly objects: readonly { readonly kind: string; readonly name: string }[];
  readonly pods: Map<string, Deleted>;
  lastMs: number;
  isFollowed: boolean;
}

interface Deleted {
  readonly pod: Pod;
  readonly at: EpochUs;
  goneAt: EpochUs | undefined;
  /** Events that were handed on about it, each at the time that it had. */
  readonly told: Set<string>;
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
    const owner = at === undefined ? undefined : this.#ownerOf(pod);
    if (at === undefined || owner === undefined) return;
    if (owner.pods.size < PODS_MAX) owner.pods.set(pod.metadata.uid, { pod, at, goneAt: undefined, told: new Set() });
    this.#news(owner, 'soon');
  }

  /** A pod that was being deleted is no more. Of one that nobody noted nothing is asked. */
  gone(pod: Pod, at: EpochUs): void {
    const owner = this.#owners.get(keyOf(pod) ?? '');
    const deleted = owner?.pods.get(pod.metadata.uid);
    if (owner === undefined || deleted === undefined) return;
    deleted.goneAt = at;
    this.#news(owner, 'later');
  }

  #ownerOf(pod: Pod): Owner | undefined {
    const controller = controllerOf(pod);
    const key = keyOf(pod);
    if (controller === undefined || key === undefined) return undefined;
    const known = this.#owners.get(key);
    if (known !== undefined) return known;
    if (this.#owners.size >= OWNERS_MAX && !this.#forgetOne()) return undefined;
    const owner: Owner = {
      key,
      namespace: podRef(pod).namespace,
      objects: objectsOf(pod, controller),
      pods: new Map(),
      lastMs: 0,
      isFollowed: false,
    };
    this.#owners.set(key, owner);
    return owner;
  }

  /** One whose pods take their time to go, or went unseen: it was asked already. */
  #forgetOne(): boolean {
    for (const [key, { isFollowed }] of this.#owners) if (!isFollowed) return this.#owners.delete(key);
    return false;
  }

  /** @param asked `soon` where the owner may have told already, `later` where it has yet to go on */
  #news(owner: Owner, asked: 'soon' | 'later'): void {
    owner.lastMs = performance.now();
    if (owner.isFollowed) return;
    owner.isFollowed = true;
    this.#follow(owner, asked)
      .catch((error: unknown) => {
        if (!this.#options.signal.aborted) this.#options.failed(error);
      })
      .finally(() => {
        owner.isFollowed = false;
        // Of one that is gone all has been heard; the others are still waited for.
        for (const [uid, { goneAt }] of owner.pods) if (goneAt !== undefined) owner.pods.delete(uid);
        if (owner.pods.size === 0) this.#owners.delete(owner.key);
      });
  }

  async #follow(owner: Owner, asked: 'soon' | 'later'): Promise<void> {
    const { signal, afterMs: [firstMs, lastMs] = AFTER_MS } = this.#options;
    if (asked === 'soon') {
      await sleep(firstMs, undefined, { signal });
      await this.#ask(owner);
    }
    let newest: number;
    do {
      for (let left = lastMs; left > 0; left = owner.lastMs + lastMs - performance.now())
        await sleep(left, undefined, { signal });
      newest = owner.lastMs;
      await this.#ask(owner);
    } while (owner.lastMs !== newest);
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
      events.flatMap((event) => (isNews(deleted, event) ? (recordOf(event, podRef(deleted.pod)) ?? []) : [])),
    );
    if (records.length > 0) this.#options.take(records);
  }
}

/** Does the event tell why this pod is deleted, and was that not told yet? */
function isNews({ pod, at, goneAt, told }: Deleted, event: ApiEvent): boolean {
  const said = lastSaidAt(event);
  if (said === undefined || said < at - BEFORE_US || said > (goneAt ?? Infinity) + LATER_US) return false;
  if (!isOwnerWord(event, pod.metadata.name)) return false;
  const key = `${event.metadata.uid ?? ''} ${String(said)}`;
  if (told.has(key)) return false;
  told.add(key);
  return true;
}

type Controller = Pod['metadata']['ownerReferences'][number];

function controllerOf(pod: Pod): Controller | undefined {
  return pod.metadata.ownerReferences.find((one) => one.controller === true);
}

function keyOf(pod: Pod): string | undefined {
  const controller = controllerOf(pod);
  return controller === undefined ? undefined : `${podRef(pod).namespace}/${controller.kind}/${controller.name}`;
}

function objectsOf(pod: Pod, controller: Controller): Owner['objects'] {
  const workload = workloadOf(pod.metadata);
  const own = { kind: controller.kind, name: controller.name };
  return workload === undefined || workload.kind === controller.kind ? [own] : [own, workload];
}
