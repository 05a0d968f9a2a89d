import type { ContainerIdentity } from '../domain/container.ts';
import type { Evidence, EvidenceOf } from '../domain/evidence.ts';
import { isKind } from '../domain/evidence.ts';
import { US_PER_SECOND } from '../domain/time.ts';
import { podOf } from '../domain/workload.ts';
import type { CaseFile } from './case-file.ts';
import type { Identities } from './identities.ts';

/** What Kubernetes tells of a pod: it knows nothing of a container's id or of its runs. */
export type PodRecord = EvidenceOf<'orchestrator_event'> | EvidenceOf<'orchestrator_state'>;

export interface JoinedToPod {
  readonly file: CaseFile;
  readonly evidence: PodRecord;
}

/** Kubernetes rounds the times of most of its events down to whole seconds. */
export const WHOLE_SECOND_US = US_PER_SECOND;
/** A pod's end is written down after that of its containers; another node's clock may be behind. */
const AFTER_END_US = 60 * US_PER_SECOND;
/** Of a container alone: later it is another run's. */
const EVENT_AFTER_END_US = 5 * US_PER_SECOND;
const MAX_EVENTS = 512;
const MAX_STATES = 4_096;
/** A container's labels are known within seconds of its start. */
const KEEP_US = 300 * US_PER_SECOND;

/** Hands what is said of a pod to the runs of its containers, once they are known to be that pod's. */
export class PodDesk {
  readonly #identities: Identities;
  readonly #filesOf: (containerId: string) => readonly CaseFile[];
  #events: EvidenceOf<'orchestrator_event'>[] = [];
  /** The last of each container, those heard of longest ago first. */
  readonly #states = new Map<string, EvidenceOf<'orchestrator_state'>>();

  constructor(identities: Identities, filesOf: (containerId: string) => readonly CaseFile[]) {
    this.#identities = identities;
    this.#filesOf = filesOf;
  }

  take(record: PodRecord): JoinedToPod[] {
    this.#keep(record);
    const joined = this.#identities
      .where((container) => isOf(record, container))
      .flatMap(({ id }) => this.#join(record, id));
    const isOfOneRun = isKind(record, 'orchestrator_event') && record.data.pod.container !== undefined;
    if (!isOfOneRun) return joined;
    const inOrder = joined.sort((a, b) => a.file.opening.at - b.file.opening.at);
    // Of two that it may concern, the one that had just begun had not done anything yet, but for failing to begin.
    return isNoStart(record) ? inOrder.slice(-1) : inOrder.slice(0, 1);
  }

  /** What was said of its pod before the container, its labels or its run became known. */
  retry(container: ContainerIdentity): JoinedToPod[] {
    if (podOf(container) === undefined) return [];
    const known = [...this.#events, ...this.#states.values()].filter((record) => isOf(record, container));
    return known.flatMap((record) => this.#join(record, container.id));
  }

  #join(record: PodRecord, containerId: string): JoinedToPod[] {
    const file = this.#filesOf(containerId).findLast((one) => mayConcern(one, record));
    const hasStarted = file?.mainSeen === true && isNoStart(record);
    return file === undefined || hasStarted ? [] : [{ file, evidence: { ...record, containerId } }];
  }

  #keep(record: PodRecord): void {
    if (isKind(record, 'orchestrator_event')) {
      const recent = this.#events.filter(({ at }) => record.at - at <= KEEP_US);
      this.#events = [...recent, record].slice(-MAX_EVENTS);
      return;
    }
    const { uid, container = '' } = record.data.pod;
    const key = `${uid}\n${container}`;
    const known = this.#states.get(key);
    if (known !== undefined && known.at > record.at) return;
    this.#states.delete(key);
    this.#states.set(key, record);
    const oldest = this.#states.size > MAX_STATES ? this.#states.keys().next() : undefined;
    if (oldest?.done === false) this.#states.delete(oldest.value);
  }
}

export function isPodRecord(evidence: Evidence): evidence is PodRecord {
  return isKind(evidence, 'orchestrator_event') || isKind(evidence, 'orchestrator_state');
}

/** kubelet says that it could not make or start a container. */
export function isNoStart({ data }: PodRecord): boolean {
  return data.kind === 'orchestrator_event' && data.reason === 'Failed';
}

/**
 * By the pod's uid, which no other ever has, and the container's name in it. The pause container has none. Of one that
 * could not be made some runtimes keep nothing: all that is known is the pod, by its control group.
 */
function isOf(record: PodRecord, container: ContainerIdentity): boolean {
  const { pod } = record.data;
  const own = podOf(container);
  if (own?.uid !== pod.uid || container.isSandbox === true) return false;
  if (pod.container === undefined || pod.container === own.container) return true;
  return own.container === undefined && isNoStart(record);
}

/** A state holds for every run that goes on, and for one that has just ended. */
function mayConcern({ opening, diedAt }: CaseFile, record: PodRecord): boolean {
  const { at } = record;
  if (isKind(record, 'orchestrator_state')) return diedAt === undefined || at <= diedAt + AFTER_END_US;
  const slack = record.data.pod.container === undefined ? AFTER_END_US : EVENT_AFTER_END_US;
  return opening.at <= at + WHOLE_SECOND_US && (diedAt === undefined || at <= diedAt + slack);
}
