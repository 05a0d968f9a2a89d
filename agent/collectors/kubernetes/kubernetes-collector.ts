import type { Collector, CollectorSink } from '../../domain/collector.ts';
import { InquestError, messageOf } from '../../domain/errors.ts';
import type { PodRef } from '../../domain/evidence.ts';
import type { EpochUs } from '../../domain/time.ts';
import { US_PER_MS } from '../../domain/time.ts';
import { clip } from '../shared/identity-text.ts';
import { SessionLoop } from '../shared/session-loop.ts';
import type { ClusterAccess } from './access.ts';
import { ApiError, FORBIDDEN, KubernetesApi } from './api.ts';
import { EVENT_SELECTOR, eventRecord } from './event-record.ts';
import { NodePods } from './node-pods.ts';
import { OwnerEvents } from './owner-events.ts';
import { ResourceWatch } from './resource-watch.ts';
import { EventSchema, VersionSchema } from './schemas.ts';
import type { ApiEvent } from './schemas.ts';

export interface KubernetesCollectorOptions {
  /** Read anew for each connection: certificates are replaced. */
  readonly access: () => Promise<ClusterAccess>;
  /** Where the access comes from, for whoever asks. */
  readonly endpoint: string;
  readonly node: string;
  readonly clock?: () => EpochUs;
  readonly retryMs?: readonly [number, number];
  readonly pageSize?: number;
  /** When those who made a pod are asked why it is deleted: see OwnerEvents. */
  readonly afterDeletionMs?: readonly [number, number];
}

const RETRY_MS = [1_000, 60_000] as const;
/** Of the waiting time, so that the nodes of a cluster do not come back all at once. */
const JITTER = 0.3;

/** Why Kubernetes ends containers of this node: its Events and what it keeps of the node's pods, by list and watch. */
export function createKubernetesCollector(options: KubernetesCollectorOptions): Collector {
  return new KubernetesCollector(options);
}

class KubernetesCollector implements Collector {
  readonly name = 'kubernetes';
  readonly #options: KubernetesCollectorOptions;
  readonly #loop: SessionLoop;
  readonly #pods: NodePods;
  readonly #podWatch: ResourceWatch;
  readonly #eventWatch: ResourceWatch;
  #sink: CollectorSink | undefined;
  #closing = new AbortController();
  #owners: OwnerEvents | undefined;
  #unread = 0;

  constructor(options: KubernetesCollectorOptions) {
    const clock = options.clock ?? (() => Date.now() * US_PER_MS);
    this.#options = options;
    this.#pods = new NodePods(clock, {
      deleted: (pod) => this.#owners?.note(pod),
      gone: (pod) => this.#owners?.gone(pod, clock()),
    });
    this.#loop = new SessionLoop({
      name: this.name,
      endpoint: options.endpoint,
      clock,
      retryMs: options.retryMs ?? RETRY_MS,
      jitter: JITTER,
      connection: 'orchestrator_connection',
      session: (up, attempted) => this.#session(up, attempted),
    });
    const common = {
      onBad: () => {
        this.#leaveOut();
      },
      ...(options.pageSize === undefined ? {} : { pageSize: options.pageSize }),
    };
    this.#podWatch = new ResourceWatch({
      ...common,
      path: '/api/v1/pods',
      fieldSelector: `spec.nodeName=${options.node}`,
      onList: () => {
        this.#pods.beginList();
      },
      onObject: (object) => {
        this.#tell(this.#pods.put(object));
      },
      onGone: (object) => {
        this.#tell(this.#pods.remove(object));
      },
    });
    this.#eventWatch = new ResourceWatch({
      ...common,
      path: '/api/v1/events',
      fieldSelector: EVENT_SELECTOR,
      onObject: (object) => {
        this.#takeEvent(object);
      },
      // An Event is forgotten after an hour.
      onGone: () => undefined,
    });
  }

  async start(sink: CollectorSink): Promise<void> {
    this.#sink = sink;
    await this.#loop.start(sink);
  }

  async stop(): Promise<void> {
    await this.#loop.stop(() => {
      this.#closing.abort();
    });
    this.#loop.report('stopped');
  }

  /** Joins the API and follows it until the connection fails; says why. */
  async #session(up: (peer?: string) => void, attempted: () => void): Promise<InquestError> {
    // Nobody waits for a server that may be far away: the agent watches the kernel meanwhile.
    attempted();
    this.#closing = new AbortController();
    const { signal } = this.#closing;
    if (this.#loop.isStopping()) this.#closing.abort();
    try {
      const api = new KubernetesApi(await this.#options.access(), signal);
      await this.#podWatch.catchUp(api);
      const events = await this.#joinEvents(api);
      if (events === 'read') this.#owners = this.#ownerEvents(api, signal);
      up(`${await versionOf(api)}, node ${this.#options.node}`);
      this.#reportDoubts(events);
      await Promise.all([this.#podWatch.follow(api), ...(events === 'read' ? [this.#eventWatch.follow(api)] : [])]);
      return new InquestError('runtime-failed', 'The watch ended.');
    } catch (error) {
      return error instanceof InquestError ? error : new InquestError('runtime-failed', messageOf(error));
    } finally {
      // Whatever goes on would belong to no session.
      this.#closing.abort();
      this.#owners = undefined;
    }
  }

  #ownerEvents(api: KubernetesApi, signal: AbortSignal): OwnerEvents {
    const { afterDeletionMs } = this.#options;
    return new OwnerEvents({
      api,
      signal,
      take: (records) => this.#sink?.evidence(records),
      failed: (error) => {
        this.#loop.report('running', `Why a pod was deleted could not be asked: ${messageOf(error)}`);
      },
      ...(afterDeletionMs === undefined ? {} : { afterMs: afterDeletionMs }),
    });
  }

  /** An account that may read pods alone, such as kubelet's own, still tells of evictions and deletions. */
  async #joinEvents(api: KubernetesApi): Promise<'read' | 'forbidden'> {
    try {
      await this.#eventWatch.catchUp(api);
      return 'read';
    } catch (error) {
      if (error instanceof ApiError && error.status === FORBIDDEN) return 'forbidden';
      throw error;
    }
  }

  #reportDoubts(events: 'read' | 'forbidden'): void {
    if (events === 'forbidden') {
      this.#loop.report(
        'running',
        'Its account may not read events of the cluster: failed probes are not told apart. Let it get, list and watch events.',
      );
    } else if (this.#pods.size === 0) {
      this.#loop.report(
        'running',
        `Kubernetes knows no pod on a node “${this.#options.node}”. If this machine has another name there, set "node" in the settings.`,
      );
    }
  }

  #takeEvent(object: unknown): void {
    const parsed = EventSchema.safeParse(object);
    if (!parsed.success) {
      this.#leaveOut();
      return;
    }
    const record = eventRecord(parsed.data, (event) => this.#podOf(event));
    if (record !== undefined) this.#sink?.evidence([record]);
  }

  /** A pod that is known to run here, or of which this node's kubelet speaks. */
  #podOf({ involvedObject, source, reportingInstance }: ApiEvent): PodRef | undefined {
    const { uid = '', namespace, name } = involvedObject;
    if (uid === '') return this.#pods.findByName(namespace ?? 'default', name ?? '');
    const known = this.#pods.find(uid);
    if (known !== undefined) return known;
    const isOfThisNode = source?.host === this.#options.node || reportingInstance === this.#options.node;
    if (!isOfThisNode) return undefined;
    return { uid: clip(uid) ?? '', namespace: clip(namespace) ?? 'default', name: clip(name) ?? '' };
  }

  #tell(records: Parameters<CollectorSink['evidence']>[0] | undefined): void {
    if (records === undefined) this.#leaveOut();
    else if (records.length > 0) this.#sink?.evidence(records);
  }

  #leaveOut(): void {
    this.#unread += 1;
    this.#loop.report('running', `${String(this.#unread)} objects of the API could not be read; they were left out.`);
  }
}

async function versionOf(api: KubernetesApi): Promise<string> {
  try {
    return `Kubernetes ${clip(VersionSchema.parse(await api.get('/version')).gitVersion, 40) ?? ''}`;
  } catch (error) {
    // Who may read pods may not be allowed to read this.
    if (error instanceof ApiError) return 'Kubernetes';
    throw error;
  }
}
