import type { ExitStatus } from './exit-status.ts';
import type { ProcessRef } from './process.ts';
import type { EpochUs } from './time.ts';
import type { VitalsSample } from './vitals.ts';

/** Where a piece of evidence came from. */
export type EvidenceSource = 'kernel' | 'kmsg' | 'cgroup' | 'docker' | 'cri' | 'podman' | 'log' | 'agent';

/** A process of a container replaced its program. */
export interface ProcessExec {
  readonly kind: 'process_exec';
  readonly process: ProcessRef;
  readonly isMain: boolean;
  readonly filename: string;
}

/** Which siginfo the kernel was handed: none, the PRIV constant, or a structure. */
export type SigInfoKind = 'none' | 'priv' | 'struct';

/** What became of a signal: `result` of the signal_generate tracepoint. */
export type SignalResult = 'delivered' | 'ignored' | 'already_pending' | 'overflow' | 'info_lost';

export type SignalDisposition = 'default' | 'ignore' | 'handler';

export interface SignalSent {
  readonly kind: 'signal_sent';
  readonly signal: number;
  readonly code: number;
  readonly info: SigInfoKind;
  /** True for a signal to the whole process, false for one to a single thread. */
  readonly group: boolean;
  readonly result: SignalResult;
  readonly target: ProcessRef;
  readonly targetIsMain: boolean;
  /** What the target would do with it. */
  readonly disposition: SignalDisposition;
  /** True for the init of a pid namespace: the kernel drops what it has no handler for. */
  readonly targetIsNamespaceInit: boolean;
  /** Whoever ran when the signal was made. Absent where that says nothing (timers, interrupts). */
  readonly sender?: ProcessRef;
  /** The sender's parents, nearest first. */
  readonly ancestry: readonly ProcessRef[];
  readonly faultAddress?: string;
  readonly syscall?: number;
  readonly arch?: number;
}

/** A handler of the process ran for the signal. */
export interface SignalReceived {
  readonly kind: 'signal_received';
  readonly signal: number;
  readonly process: ProcessRef;
  readonly isMain: boolean;
}

export interface MemoryLevel {
  /** Name of the cgroup directory; a container's own level carries its id. */
  readonly name: string;
  readonly isContainer: boolean;
  /** Below the container's own cgroup. */
  readonly isNested: boolean;
  readonly usageBytes: number;
  readonly limitBytes?: number;
  readonly peakBytes?: number;
  /** Whether this level's own out-of-memory counter moved with this kill: its limit was the one. */
  readonly reachedLimit: boolean;
}

export interface OomKill {
  readonly kind: 'oom_kill';
  readonly victim: ProcessRef;
  readonly victimIsMain: boolean;
  /** The task that was allocating; often not the victim. */
  readonly trigger: ProcessRef;
  /** The victim's memory cgroup and its ancestors, innermost first. */
  readonly levels: readonly MemoryLevel[];
}

export interface MemoryAtExit {
  readonly usageBytes: number;
  readonly limitBytes?: number;
  readonly peakBytes?: number;
  /** How often an allocation of this cgroup ended at the out-of-memory killer. */
  readonly oomEvents: number;
  /** How often the limit was hit, reclaim included. */
  readonly limitHits: number;
}

export interface CpuThrottle {
  readonly quotaUs: number;
  readonly periodUs: number;
  readonly periods: number;
  readonly throttledPeriods: number;
  readonly throttledUs: number;
}

export interface ProcessExit {
  readonly kind: 'process_exit';
  readonly process: ProcessRef;
  readonly isMain: boolean;
  readonly status: ExitStatus;
  readonly maxRssBytes: number;
  readonly cpuTimeUs: number;
  readonly memory?: MemoryAtExit;
  readonly throttle?: CpuThrottle;
}

/** The container spent periods without the CPU it wanted. */
export interface CpuThrottled extends CpuThrottle {
  readonly kind: 'cpu_throttle';
}

export interface ContainerCreated {
  readonly kind: 'container_created';
  readonly cgroupPath: string;
}

export interface ContainerRemoved {
  readonly kind: 'container_removed';
  readonly cgroupPath: string;
}

export type RuntimeAction =
  | 'create'
  | 'start'
  | 'kill'
  | 'stop'
  | 'die'
  | 'oom'
  | 'restart'
  | 'destroy'
  | 'pause'
  | 'unpause'
  | 'update'
  | 'rename'
  | 'exec_start'
  | 'exec_die'
  | 'health_status';

/** What the runtime announced. */
export interface RuntimeEvent {
  readonly kind: 'runtime_event';
  readonly action: RuntimeAction;
  readonly signal?: number;
  readonly exitCode?: number;
  readonly health?: 'healthy' | 'unhealthy' | 'starting';
}

/** What the runtime keeps about a container that has ended (`docker inspect`). */
export interface RuntimeState {
  readonly kind: 'runtime_state';
  readonly running: boolean;
  readonly exitCode?: number;
  readonly oomKilled?: boolean;
  readonly error?: string;
  readonly startedAt?: EpochUs;
  readonly finishedAt?: EpochUs;
  readonly healthFailures?: number;
  readonly lastHealthOutput?: string;
}

/** The runtime itself went away or came back. Given to every live case. */
export interface RuntimeConnection {
  readonly kind: 'runtime_connection';
  readonly state: 'lost' | 'restored';
}

/** The kernel log's own report of an out-of-memory kill. Rate-limited by the kernel: corroboration only. */
export interface KernelLogOom {
  readonly kind: 'kernel_log_oom';
  readonly constraint: 'none' | 'memcg' | 'cpuset' | 'mempolicy' | 'unknown';
  readonly oomMemcg?: string;
  readonly taskMemcg?: string;
  readonly victimComm: string;
  readonly victimPid: number;
  readonly victimUid?: number;
  readonly anonRssBytes?: number;
  readonly fileRssBytes?: number;
  readonly shmemRssBytes?: number;
}

/** `comm[pid]: segfault at … ip … error … in file[…]` and its like. */
export interface KernelLogFault {
  readonly kind: 'kernel_log_fault';
  readonly comm: string;
  readonly pid: number;
  readonly text: string;
}

export interface Vitals {
  readonly kind: 'vitals';
  readonly samples: readonly VitalsSample[];
}

export interface LogTail {
  readonly kind: 'log_tail';
  readonly lines: readonly LogLine[];
  readonly truncated: boolean;
  readonly redactions: number;
}

export interface LogLine {
  readonly at?: EpochUs;
  readonly stream: 'stdout' | 'stderr';
  readonly text: string;
}

/** Records that were made but never reached the agent. */
export interface EvidenceGap {
  readonly kind: 'evidence_gap';
  readonly reason: GapReason;
  readonly lost: number;
  readonly recordKinds: readonly string[];
  /** The cgroup that flooded the ring, where one stands out. */
  readonly flooder?: string;
}

export type GapReason =
  | 'ring_full'
  | 'rate_limited'
  | 'agent_started_late'
  | 'agent_down'
  | 'pins_abandoned'
  | 'containers_full'
  /** Deaths that the store could not take, on a full disk for example, until memory for them ran out. */
  | 'not_stored'
  | 'recursion';

export type EvidenceData =
  | ProcessExec
  | SignalSent
  | SignalReceived
  | OomKill
  | ProcessExit
  | CpuThrottled
  | ContainerCreated
  | ContainerRemoved
  | RuntimeEvent
  | RuntimeState
  | RuntimeConnection
  | KernelLogOom
  | KernelLogFault
  | Vitals
  | LogTail
  | EvidenceGap;

export type EvidenceKind = EvidenceData['kind'];

/** One observation about one container. */
export interface Evidence<D extends EvidenceData = EvidenceData> {
  readonly at: EpochUs;
  readonly source: EvidenceSource;
  /** Full container id, or `undefined` for what touches every container (a gap, a lost runtime). */
  readonly containerId: string | undefined;
  /**
   * The run of the container (its cgroup id in decimal), where the source knows it: a restarted
   * container keeps its id and gets a new cgroup.
   */
  readonly run?: string;
  readonly data: D;
}

export type EvidenceOf<K extends EvidenceKind> = Evidence<Extract<EvidenceData, { kind: K }>>;

export function isKind<K extends EvidenceKind>(evidence: Evidence, kind: K): evidence is EvidenceOf<K> {
  return evidence.data.kind === kind;
}
