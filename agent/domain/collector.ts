import type { ContainerIdentity, RuntimeName } from './container.ts';
import type { Evidence, EvidenceOf } from './evidence.ts';
import type { EpochUs } from './time.ts';
import type { VitalsSample } from './vitals.ts';

export type CollectorName = 'kernel' | 'kmsg' | 'vitals' | 'docker' | 'containerd' | 'cri' | 'podman' | 'kubernetes';

export type CollectorState = 'starting' | 'running' | 'retrying' | 'absent' | 'failed' | 'stopped';

/** What `inquest doctor` and `health` say about a source of evidence. */
export interface CollectorStatus {
  readonly name: CollectorName;
  readonly state: CollectorState;
  /** Socket or folder, where several of one name may run side by side. */
  readonly endpoint?: string;
  /** Name and version of what answers, and whether it announces what happens: `containerd 1.6.20, polled`. */
  readonly peer?: string;
  /** A sentence for a person: what is wrong and what to do next. */
  readonly detail?: string;
  readonly since: EpochUs;
}

/** Where collectors put what they see. Calls return at once and never throw. */
export interface CollectorSink {
  evidence(batch: readonly Evidence[]): void;
  container(identity: ContainerIdentity): void;
  status(status: CollectorStatus): void;
}

/**
 * A source of evidence. A collector that is absent or breaks reports a status and tries again by
 * itself; `start` rejects only for a mistake of the caller.
 */
export interface Collector {
  readonly name: CollectorName;
  start(sink: CollectorSink): Promise<void>;
  stop(): Promise<void>;
}

/** What a runtime remembers of a container that is no longer running. */
export interface DeadContainer {
  readonly identity: ContainerIdentity;
  readonly state: EvidenceOf<'runtime_state'>;
}

/** A collector that can be asked. Every call is bounded in time and rejects with a CollectorError. */
export interface RuntimeCollector extends Collector {
  /** What its containers are said to be of. */
  readonly runtimes: readonly RuntimeName[];
  /**
   * Whether it tells by itself how a container ended. Others are asked as soon as the kernel says that the
   * main process is gone.
   */
  readonly announcesEnds: boolean;
  /**
   * `undefined` when the runtime does not know the container (any more).
   *
   * @param cgroupPath where the kernel had the container, if that is known: it tells whose it is when it has ended
   */
  inspect(containerId: string, cgroupPath?: string): Promise<DeadContainer | undefined>;
  running(): Promise<readonly ContainerIdentity[]>;
  dead(): Promise<readonly DeadContainer[]>;
  /** The last lines up to and including the death, redacted. */
  logTail(containerId: string): Promise<EvidenceOf<'log_tail'> | undefined>;
}

/** Samples cgroups of the containers it is told to watch. */
export interface VitalsSource extends Collector {
  watch(containerId: string, cgroupPath: string): void;
  /** Stops sampling and hands out what was kept, oldest first. */
  release(containerId: string): readonly VitalsSample[];
  recent(containerId: string): readonly VitalsSample[];
}
