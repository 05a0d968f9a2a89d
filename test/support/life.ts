import type { ContainerIdentity } from '../../agent/domain/container.ts';
import type {
  BacktraceFrame,
  Evidence,
  EvidenceData,
  EvidenceSource,
  GapReason,
  KernelLogOom,
  OrchestratorEvent,
  OrchestratorState,
  MemoryAtExit,
  MemoryLevel,
  ProcessExit,
  ProcessFault,
  RequestAction,
  RuntimeAction,
  RuntimeEvent,
  RuntimeRequest,
  RuntimeState,
  SignalSent,
} from '../../agent/domain/evidence.ts';
import type { ExitStatus } from '../../agent/domain/exit-status.ts';
import type { ProcessRef } from '../../agent/domain/process.ts';
import { Signal } from '../../agent/domain/signals.ts';
import type { EpochUs } from '../../agent/domain/time.ts';
import { US_PER_MS } from '../../agent/domain/time.ts';
import type { VitalsSample } from '../../agent/domain/vitals.ts';
import { MIB } from '../../agent/domain/bytes.ts';
import { BOOTED_AT, BORN_AT, baseName } from './senders.ts';
import type { Sender } from './senders.ts';

/** What the kernel or a C library puts into siginfo's si_code. */
export const Code = { KERNEL: 0x80, USER: 0, QUEUE: -1, TIMER: -2, TKILL: -6, SECCOMP: 1 } as const;

export interface LifeOptions {
  readonly id?: string;
  readonly run?: string;
  readonly identity?: Partial<ContainerIdentity>;
  readonly kernelWatched?: boolean;
  /** False: the agent came when the container was already running, and saw neither cgroup nor exec. */
  readonly seenFromStart?: boolean;
  readonly bornAt?: EpochUs;
}

const POD = {
  uid: '5f8e0c3a-96f1-4f0e-8a3c-2b7d1e9c4a55',
  namespace: 'shop',
  name: 'web-7d4b9c6f5-x2x7k',
  container: 'app',
} as const;

/** A container that kubelet has containerd run. */
export const POD_CONTAINER = {
  runtime: 'containerd',
  name: `${POD.name}/${POD.container}`,
  stopTimeoutSeconds: 30,
  labels: {
    'io.kubernetes.pod.uid': POD.uid,
    'io.kubernetes.pod.namespace': POD.namespace,
    'io.kubernetes.pod.name': POD.name,
    'io.kubernetes.container.name': POD.container,
  },
} as const;

/** Microseconds between two records that follow one another at once. */
const STEP_US = 20;
const COMM_LENGTH = 15;
const EXE_LENGTH = 31;
export const OWN_LIMIT = 256 * MIB;

/**
 * The life of one container, told in order; every call adds the records that kernel and runtime make
 * of it (evidence.md), with what they carry and without what they cannot.
 */
export class Life {
  readonly id: string;
  readonly run: string;
  readonly identity: ContainerIdentity;
  readonly kernelWatched: boolean;
  readonly seenFromStart: boolean;
  readonly records: Evidence[] = [];
  readonly pidNamespace: number;
  vitals: readonly VitalsSample[] = [];
  now: EpochUs;
  #pids: number;
  #nsPids = 1;
  #mainPid: number | undefined;

  constructor(options: LifeOptions = {}) {
    this.id = options.id ?? 'a3f1'.repeat(16);
    this.run = options.run ?? '4711';
    this.kernelWatched = options.kernelWatched ?? true;
    this.seenFromStart = options.seenFromStart ?? this.kernelWatched;
    this.now = options.bornAt ?? BORN_AT;
    this.#pids = 20_000 + Number(this.run);
    this.pidNamespace = 4_026_532_000 + Number(this.run);
    this.identity = {
      id: this.id,
      source: 'runtime',
      runtime: 'docker',
      name: 'web',
      image: 'registry.example/web:1.42',
      labels: {},
      createdAt: this.now,
      ...options.identity,
    };
    if (this.seenFromStart) this.#prepare();
  }

  /** The runtime makes the cgroup, and its helpers come and go in it before the program starts. */
  #prepare(): void {
    this.kernel({ kind: 'container_created', cgroupPath: `/docker/${this.id}` });
    for (const comm of ['runc:[1:CHILD]', 'runc:[0:PARENT]']) {
      this.wait(4);
      const helper = this.#process([comm], { comm, exe: 'runc' });
      this.#exit(helper, { kind: 'exited', code: 0 }, false);
    }
    this.wait(10);
  }

  wait(ms: number): this {
    this.now += ms * US_PER_MS;
    return this;
  }

  /** The program that the runtime starts: PID 1, unless `more` says otherwise. */
  main(argv: readonly string[], more: Partial<ProcessRef> = {}): ProcessRef {
    const shim = { parentPid: 3_990, parentStartedAt: BOOTED_AT + 3_990_000 };
    const process = this.#process(argv, { nsPid: 1, ...shim, ...more });
    this.#mainPid = process.pid;
    if (this.seenFromStart) this.#exec(process, argv, true);
    return process;
  }

  /** A child that runs a program of its own. */
  child(parent: ProcessRef, argv: readonly string[], more: Partial<ProcessRef> = {}): ProcessRef {
    const process = this.#process(argv, { parentPid: parent.pid, parentStartedAt: parent.startedAt, ...more });
    this.#exec(process, argv, false);
    return process;
  }

  /** A child that never ran exec: it carries its parent's name and no argv in any record. */
  fork(parent: ProcessRef, more: Partial<ProcessRef> = {}): ProcessRef {
    const { argv: _argv, ...image } = parent;
    return { ...image, ...this.#identityOf(), parentPid: parent.pid, parentStartedAt: parent.startedAt, ...more };
  }

  /** A program of `docker exec`: inside the container, below the shim. */
  session(argv: readonly string[]): Sender {
    const process = this.#process(argv, { parentPid: 3_990, parentStartedAt: BOOTED_AT + 3_990_000, tty: 'pts/0' });
    this.#exec(process, argv, false);
    return { process, ancestry: [] };
  }

  /** A signal by kill(2) of a process; without `from` nobody is named. */
  signal(signal: number, target: ProcessRef, from?: Sender, more: Partial<SignalSent> = {}): void {
    const isInit = target.nsPid === 1;
    this.kernel({
      kind: 'signal_sent',
      signal,
      code: Code.USER,
      info: 'struct',
      group: true,
      result: 'delivered',
      target: this.#seen(target),
      targetIsMain: this.#isMain(target),
      disposition: 'default',
      targetIsNamespaceInit: isInit,
      ancestry: from?.ancestry ?? [],
      ...(from === undefined ? {} : { sender: from.process }),
      ...more,
    });
  }

  /** The program sends it to itself: raise() and abort() by tgkill. */
  raise(signal: number, process: ProcessRef, more: Partial<SignalSent> = {}): void {
    this.signal(signal, process, { process, ancestry: [] }, { code: Code.TKILL, group: false, ...more });
  }

  /** The processor or the kernel finds fault with what the thread did. */
  fault(signal: number, process: ProcessRef, code: number, more: Partial<SignalSent> = {}): void {
    this.raise(signal, process, { code, ...more });
  }

  /** What the process looked like at its fault. */
  trace(process: ProcessRef, frames: readonly BacktraceFrame[], more: Partial<ProcessFault> = {}): void {
    this.kernel({
      kind: 'process_fault',
      process: this.#seen(process),
      isMain: this.#isMain(process),
      signal: Signal.SEGV,
      code: 1,
      instruction: frames[0]?.address ?? '0x1',
      stackPointer: '0x7ffc051fbf40',
      address: '0x0',
      access: 'read',
      frames,
      truncated: false,
      ...more,
    });
  }

  handled(signal: number, process: ProcessRef): void {
    this.kernel({ kind: 'signal_received', signal, process: this.#seen(process), isMain: this.#isMain(process) });
  }

  /** SIGKILL by the kernel while `trigger` was allocating, and the mark on the victim a moment later. */
  oom(victim: ProcessRef, levels: readonly MemoryLevel[], trigger: Sender | ProcessRef = victim): void {
    const sender = 'process' in trigger ? trigger.process : trigger;
    this.signal(Signal.KILL, victim, { process: sender, ancestry: [] }, { info: 'priv' });
    this.now += 40;
    this.oomMark(victim, levels, sender);
    this.now += 2_000;
  }

  oomMark(victim: ProcessRef, levels: readonly MemoryLevel[], trigger: ProcessRef = victim): void {
    const seen = { victim: this.#seen(victim), trigger: this.#seen(trigger) };
    this.kernel({ kind: 'oom_kill', ...seen, victimIsMain: this.#isMain(victim), levels });
  }

  exit(process: ProcessRef, code: number, more: Partial<ProcessExit> = {}): void {
    this.#exit(process, { kind: 'exited', code }, this.#isMain(process), more);
  }

  killed(process: ProcessRef, signal: number, more: Partial<ProcessExit> = {}): void {
    const coreDumped = signal === Signal.SEGV || signal === Signal.ABRT;
    this.#exit(process, { kind: 'signaled', signal, coreDumped }, this.#isMain(process), more);
  }

  removed(): void {
    this.wait(9);
    this.kernel({ kind: 'container_removed', cgroupPath: `/docker/${this.id}` });
  }

  docker(action: RuntimeAction, more: Partial<Omit<RuntimeEvent, 'kind' | 'action'>> = {}): void {
    this.add('docker', { kind: 'runtime_event', action, ...more });
  }

  /** A client asks the runtime for something, at its socket. */
  request(action: RequestAction, client: Sender, more: Partial<RuntimeRequest> = {}): void {
    this.records.push({
      at: this.now,
      source: 'kernel',
      containerId: this.id,
      data: {
        kind: 'runtime_request',
        runtime: 'docker',
        socket: '/run/docker.sock',
        action,
        container: 'web',
        client: client.process,
        ancestry: client.ancestry,
        ...more,
      },
    });
    this.now += STEP_US;
  }

  /** An Event of Kubernetes' API about this container, or about its pod. */
  announced(reason: string, message: string, more: Partial<OrchestratorEvent> = {}): void {
    this.add('kubernetes', { kind: 'orchestrator_event', pod: POD, reason, message, count: 1, ...more });
  }

  /** The pod as Kubernetes keeps it now. */
  kept(more: Partial<OrchestratorState> = {}): void {
    this.add('kubernetes', { kind: 'orchestrator_state', pod: POD, probes: [], ...more });
  }

  state(exitCode: number, more: Partial<Omit<RuntimeState, 'kind'>> = {}): void {
    this.add('docker', { kind: 'runtime_state', running: false, exitCode, oomKilled: false, ...more });
  }

  /** Docker's side of an end: the `die` event and what `docker inspect` keeps. */
  dockerSawEnd(exitCode: number, more: Partial<Omit<RuntimeState, 'kind'>> = {}): void {
    this.wait(180);
    this.docker('die', { exitCode });
    this.wait(5);
    this.state(exitCode, { finishedAt: this.now, ...more });
  }

  /** The last lines of the log, on standard error. */
  log(...texts: readonly string[]): void {
    const lines = texts.map((text) => ({ stream: 'stderr' as const, text }));
    this.add('log', { kind: 'log_tail', lines, truncated: false, redactions: 0 });
  }

  kernelLog(
    victim: ProcessRef,
    constraint: KernelLogOom['constraint'],
    oomMemcg?: string,
    dump: Partial<Pick<KernelLogOom, 'memory' | 'processes' | 'anonRssBytes' | 'shmemRssBytes'>> = {},
  ): void {
    this.add('kmsg', {
      kind: 'kernel_log_oom',
      constraint,
      victimComm: victim.comm,
      victimPid: victim.pid,
      ...(oomMemcg === undefined ? {} : { oomMemcg }),
      ...dump,
    });
  }

  gap(recordKinds: readonly string[], reason: GapReason = 'ring_full', lost = 1): void {
    this.records.push({
      at: this.now,
      source: 'kernel',
      containerId: undefined,
      data: { kind: 'evidence_gap', reason, lost, recordKinds },
    });
  }

  daemonLost(): void {
    this.records.push({
      at: this.now,
      source: 'docker',
      containerId: undefined,
      data: { kind: 'runtime_connection', state: 'lost' },
    });
  }

  kernel(data: EvidenceData): void {
    if (!this.kernelWatched) return;
    this.records.push({ at: this.now, source: 'kernel', containerId: this.id, run: this.run, data });
    this.now += STEP_US;
  }

  add(source: EvidenceSource, data: EvidenceData): void {
    this.records.push({ at: this.now, source, containerId: this.id, data });
    this.now += STEP_US;
  }

  #exec(process: ProcessRef, argv: readonly string[], isMain: boolean): void {
    this.kernel({ kind: 'process_exec', process, isMain, filename: argv[0] ?? '' });
  }

  #exit(process: ProcessRef, status: ExitStatus, isMain: boolean, more: Partial<ProcessExit> = {}): void {
    // A kernel before 6.16 has let go of the executable by now.
    const { exe: _exe, ...ended } = this.#seen(process);
    const memory = isMain ? { memory: MODEST } : {};
    const common = { maxRssBytes: 24 * MIB, cpuTimeUs: 1_200_000 };
    this.kernel({ kind: 'process_exit', process: ended, isMain, status, ...common, ...memory, ...more });
  }

  #process(argv: readonly string[], more: Partial<ProcessRef>): ProcessRef {
    const name = baseName(argv[0] ?? 'sh');
    return {
      ...this.#identityOf(),
      comm: name.slice(0, COMM_LENGTH),
      exe: name.slice(0, EXE_LENGTH),
      argv,
      uid: 1_000,
      containerId: this.id,
      pidNamespace: this.pidNamespace,
      ...more,
    };
  }

  #identityOf(): Pick<ProcessRef, 'pid' | 'startedAt' | 'startSinceBootUs' | 'nsPid'> {
    this.#pids += 1;
    this.#nsPids += 1;
    const startedAt = this.now;
    return { pid: this.#pids, startedAt, startSinceBootUs: startedAt - BOOTED_AT, nsPid: this.#nsPids };
  }

  /** A process in any record but its own exec: the kernel keeps no argv there. */
  #seen(process: ProcessRef): ProcessRef {
    const { argv: _argv, argvTruncated: _cut, ...rest } = process;
    return rest;
  }

  #isMain(process: ProcessRef): boolean {
    return process.pid === this.#mainPid;
  }
}

const MODEST: MemoryAtExit = {
  usageBytes: 12 * MIB,
  limitBytes: OWN_LIMIT,
  peakBytes: 30 * MIB,
  oomEvents: 0,
  limitHits: 0,
};

/** A container's memory group and what is above it, innermost first, as `mark_victim` finds them. */
export function levels(
  id: string,
  reached: 'nested' | 'container' | 'parent' | 'none',
  parent = 'shop.slice',
): MemoryLevel[] {
  const level = (name: string, kind: typeof reached, usageBytes: number, limitBytes?: number): MemoryLevel => ({
    name,
    isContainer: kind === 'container',
    isNested: kind === 'nested',
    usageBytes,
    ...(limitBytes === undefined ? {} : { limitBytes }),
    reachedLimit: kind === reached,
  });
  const full = reached === 'container';
  return [
    ...(reached === 'nested' ? [level('workers', 'nested', 64 * MIB, 64 * MIB)] : []),
    level(id, 'container', full ? OWN_LIMIT : 90 * MIB, OWN_LIMIT),
    level(parent, 'parent', reached === 'parent' ? 512 * MIB : 300 * MIB, 512 * MIB),
    level('/', 'none', 1_000 * MIB),
  ].map((item) => (item.name === '/' ? { ...item, reachedLimit: false } : item));
}
