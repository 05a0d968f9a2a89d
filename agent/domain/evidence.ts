import type { RuntimeName } from './container.ts';
import type { ExitStatus } from './exit-status.ts';
import type { ProcessRef } from './process.ts';
import type { EpochUs } from './time.ts';
import type { VitalsSample } from './vitals.ts';

/** Where a piece of evidence came from. */
export type EvidenceSource =
  'kernel' | 'kmsg' | 'cgroup' | 'docker' | 'containerd' | 'cri' | 'podman' | 'kubernetes' | 'log' | 'agent';

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
  /** memory.oom.group is set: the kernel kills everything in it at once. Absent where it is not. */
  readonly killsGroup?: true;
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

/** A piece of a process's memory map. Addresses are hexadecimal text: JSON has no numbers of 64 bits. */
export interface FaultMapping {
  readonly start: string;
  readonly end: string;
  /** As in /proc/PID/maps: `r-xp`. */
  readonly access: string;
  /** A stack: the kernel enlarges it downwards. */
  readonly growsDown: boolean;
  readonly file?: MappingFile;
}

export interface MappingFile {
  /** As the process sees it, else its name alone. */
  readonly path?: string;
  readonly offset: number;
  readonly sizeBytes: number;
  readonly isRemoved: boolean;
  /** Of a tmpfs with a limit. */
  readonly fileSystemBytes?: number;
  readonly isTmpfs: boolean;
}

/** What a memory access that failed was meant to do. */
export type FaultAccess = 'read' | 'write' | 'execute';

/** One step of a backtrace. What is not known is absent. */
export interface BacktraceFrame {
  readonly address: string;
  /** Name of the file that the code is in. */
  readonly module?: string;
  /** Where in the file's image the code is: what `addr2line -e MODULE` takes. */
  readonly offset?: string;
  readonly buildId?: string;
  /** Readable, without parameters. */
  readonly function?: string;
  readonly functionOffset?: number;
  readonly file?: string;
  readonly line?: number;
  /** Found by the chain of frame pointers, not by unwind tables: a step may be missing before it. */
  readonly isGuess?: boolean;
  /** A signal came here, and the frames before it are its handler's. */
  readonly interrupted?: Interrupted;
}

/** What the kernel put by for the time that a handler runs. */
export interface Interrupted {
  readonly stackPointer: string;
  /** Of the last access to memory that failed: this one's, where the signal is of such a fault. */
  readonly address?: string;
  readonly access?: FaultAccess;
}

/**
 * Instructions that do nothing but stop a program: compilers put them where a check has failed. On arm64 the number
 * tells those that a debugger or a person leaves as a breakpoint.
 */
export const TRAP_INSTRUCTIONS = ['ud2', 'ud1', 'int3', 'brk', 'brk #0', 'brk #0xf000', 'udf'] as const;

export type TrapInstruction = (typeof TRAP_INSTRUCTIONS)[number];

/** A fault of its own, or abort(), was about to end a process: what it looked like from outside at that moment. */
export interface ProcessFault {
  readonly kind: 'process_fault';
  readonly process: ProcessRef;
  readonly isMain: boolean;
  readonly signal: number;
  readonly code: number;
  readonly instruction: string;
  /** What stands there, where it is such an instruction. */
  readonly trapInstruction?: TrapInstruction;
  readonly stackPointer: string;
  /** Of a fault that is about an address. */
  readonly address?: string;
  readonly access?: FaultAccess;
  /** Mappings that hold the address and the instruction, and the address's neighbours where none holds it. */
  readonly addressIn?: FaultMapping;
  readonly below?: FaultMapping;
  readonly above?: FaultMapping;
  readonly instructionIn?: FaultMapping;
  readonly stackLimitBytes?: number;
  /** The faulting function first. */
  readonly frames: readonly BacktraceFrame[];
  /** There are more frames than these. */
  readonly truncated: boolean;
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

/**
 * What a client asks a runtime to do with a container. `remove` also ends one that runs, where it is forced;
 * `unknown`: the protocol, or what was seen of it, does not say.
 */
export type RequestAction = 'stop' | 'restart' | 'kill' | 'remove' | 'unknown';

/** A process spoke to a container runtime at its socket. */
export interface RuntimeRequest {
  readonly kind: 'runtime_request';
  /** Whose socket it is. */
  readonly runtime: RuntimeName;
  readonly socket: string;
  readonly action: RequestAction;
  /** A name, an id or the beginning of one, as the client wrote it. Absent where that was not seen. */
  readonly container?: string;
  /** In place of a container: all of a pod's. */
  readonly pod?: string;
  /** The grace period that was asked for; absent for the usual one. */
  readonly graceSeconds?: number;
  /** The signal that was asked for; absent for the usual one. */
  readonly signal?: number;
  readonly client: ProcessRef;
  /** The client's parents, nearest first. */
  readonly ancestry: readonly ProcessRef[];
  /** Name of the container that the client runs in, where it is known. */
  readonly clientContainer?: string;
}

/** What the runtime keeps about a container that has ended (`docker inspect`). */
export interface RuntimeState {
  readonly kind: 'runtime_state';
  readonly running: boolean;
  readonly exitCode?: number;
  readonly oomKilled?: boolean;
  /** CRI's word for it: `Completed`, `Error`, `OOMKilled`, `StartError`. */
  readonly reason?: string;
  /** What the program left for Kubernetes in its termination message. Foreign text. */
  readonly message?: string;
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

/** A pod of Kubernetes or, with `container`, one of its containers by its name in the pod. All of it is foreign text. */
export interface PodRef {
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  readonly container?: string;
}

/** Kubernetes announced something about a pod: an Event of its API. */
export interface OrchestratorEvent {
  readonly kind: 'orchestrator_event';
  readonly pod: PodRef;
  /** Kubernetes' word: `Killing`, `Unhealthy`, `Evicted`. */
  readonly reason: string;
  /** May quote what a program of the pod wrote: the output of a probe. */
  readonly message: string;
  /** How often the same was said so far; this is the last time. */
  readonly count: number;
  /** Who says it: `kubelet`, `default-scheduler`. */
  readonly reporter?: string;
}

/** A check that has the container restarted when it fails. */
export interface OrchestratorProbe {
  readonly kind: 'liveness' | 'startup';
  /** What it does: `GET :8080/healthz`. Foreign text. */
  readonly check: string;
  readonly periodSeconds: number;
  readonly timeoutSeconds: number;
  readonly failureThreshold: number;
}

/** What Kubernetes keeps of a pod, as seen by one of its containers. */
export interface OrchestratorState {
  readonly kind: 'orchestrator_state';
  readonly pod: PodRef;
  /** Whose pod it is: `Deployment`, `web`. */
  readonly workload?: { readonly kind: string; readonly name: string };
  /** Why the pod as a whole ended: `Evicted`, `DeadlineExceeded`. */
  readonly reason?: string;
  readonly message?: string;
  /** When its deletion was asked for. */
  readonly deletedAt?: EpochUs;
  readonly deletionGraceSeconds?: number;
  /** The condition DisruptionTarget: somebody announced that he would end the pod, and why. */
  readonly disruption?: { readonly reason: string; readonly message: string; readonly at: EpochUs };
  readonly deadlineSeconds?: number;
  readonly restarts?: number;
  /** It runs beside the pod's own containers and is stopped when those have ended; whether they have. */
  readonly sidecar?: { readonly othersEnded: boolean };
  readonly probes: readonly OrchestratorProbe[];
}

/** The orchestrator's API went away or came back. Given to every live case of a pod. */
export interface OrchestratorConnection {
  readonly kind: 'orchestrator_connection';
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
  /** What the memory of the group that was full was made of. */
  readonly memory?: OomMemory;
  /** The biggest processes of that group, or of the machine: biggest first. */
  readonly processes?: readonly OomProcess[];
}

/** As in a sample of the vitals: `file` counts `shmem` in. */
export interface OomMemory {
  readonly usageBytes?: number;
  readonly anonBytes: number;
  readonly fileBytes: number;
  readonly shmemBytes: number;
  readonly kernelBytes: number;
}

export interface OomProcess {
  /** In the host's pid namespace. */
  readonly pid: number;
  /** The kernel's name of the task. Chosen by the process. */
  readonly name: string;
  readonly rssBytes: number;
  /** Where it runs in a container that is known. */
  readonly containerId?: string;
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
  | ProcessFault
  | CpuThrottled
  | ContainerCreated
  | ContainerRemoved
  | RuntimeEvent
  | RuntimeRequest
  | RuntimeState
  | RuntimeConnection
  | OrchestratorEvent
  | OrchestratorState
  | OrchestratorConnection
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
