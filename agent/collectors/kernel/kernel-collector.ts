import { readdirSync } from 'node:fs';
import type { Collector, CollectorSink, CollectorState } from '../../domain/collector.ts';
import { InquestError, messageOf } from '../../domain/errors.ts';
import type { Evidence } from '../../domain/evidence.ts';
import type { CapturedFault } from '../../domain/fault.ts';
import type { KernelHealth, ProgramHealth, RecordCounters } from '../../domain/health.ts';
import type { RuntimeKind } from '../../domain/runtime-sockets.ts';
import type { Settings } from '../../domain/settings.ts';
import type { EpochUs } from '../../domain/time.ts';
import type { KernelProbe, KernelSession, NativeBinding } from '../../native/binding.ts';
import { isNativeError } from '../../native/binding.ts';
import { KIND } from '../../native/layout.ts';
import { BootClock } from './clock.ts';
import { decodeFault } from './decode-fault.ts';
import { decodeContainer, decodeRecord, spansOf } from './decode.ts';
import type { RecordSpan } from './decode.ts';
import type { DecodeContext } from './fields.ts';
import { GapWatch, gap } from './gaps.ts';
import { KnownContainers, kernelIdentity } from './known-containers.ts';
import { KIND_NAMES } from './layout-constants.ts';
import { readArgv } from './proc.ts';
import { runtimeName, runtimeNumber } from './runtime-numbers.ts';
import { runtimeSockets } from './runtime-sockets.ts';
import { findRunningContainers } from './seed.ts';
import type { SeedContainer } from './seed.ts';
import { UserNames } from './users.ts';
import { nextStepFor } from './next-steps.ts';

const COUNTERS_EVERY_MS = 2_000;
const EMPTY = 0;

export interface KernelCollectorOptions {
  readonly binding: NativeBinding;
  readonly objectPath: string;
  readonly pinDir: string;
  /** Names the data folder and mount namespace, so that stale pins can be told from live ones. */
  readonly owner: string;
  /** Where container cgroups live: `/sys/fs/cgroup/memory` on v1. */
  readonly cgroupRoot: string;
  /** The runtimes' sockets as in the settings: who speaks to them is evidence. */
  readonly runtimes: Pick<Settings, RuntimeKind>;
  /** Takes what is known of a fault; its backtrace, and with it the evidence, comes later. */
  readonly onFault: (fault: CapturedFault) => void;
  /** Records older than this were made while no agent was reading. */
  readonly now: () => EpochUs;
}

/** A container that ran already when the programs were attached or adopted. */
export interface RunningAtStart {
  readonly containerId: string;
  readonly run: string;
  readonly path: string;
  /** True when the kernel side has watched it since before its first process (adopted programs). */
  readonly watchedFromStart: boolean;
}

/** The kernel's own evidence: the ring buffers of the BPF programs. */
export class KernelCollector implements Collector {
  readonly name = 'kernel';
  readonly #options: KernelCollectorOptions;
  readonly #containers = new KnownContainers();
  readonly #users = new UserNames();
  readonly #gaps = new GapWatch();
  readonly clock: BootClock;
  #probe: KernelProbe | undefined;
  #session: KernelSession | undefined;
  #sink: CollectorSink | undefined;
  #timer: NodeJS.Timeout | undefined;
  runningAtStart: readonly RunningAtStart[] = [];

  constructor(options: KernelCollectorOptions) {
    this.#options = options;
    this.clock = new BootClock(options.binding.host().bootOffsetNs);
  }

  /** Loads or adopts the programs. A kernel that cannot is reported, and the other collectors go on. */
  start(sink: CollectorSink): Promise<void> {
    this.#sink = sink;
    try {
      this.#open(sink);
    } catch (error) {
      this.#report('failed', describeFailure(error));
    }
    return Promise.resolve();
  }

  #open(sink: CollectorSink): void {
    const { binding, objectPath, pinDir, owner } = this.#options;
    this.#probe = binding.probe();
    const session = binding.open({ objectPath, pinDir, owner });
    this.#session = session;
    // Ids of cgroups only grow: one in which others run comes before them.
    const followed = session.containers().toSorted((a, b) => (a.cgroupId < b.cgroupId ? -1 : 1));
    for (const { runtime, ...container } of followed) {
      this.#containers.add(
        container.cgroupId,
        this.#containers.recorded({ ...container, runtime: runtimeName(runtime) }),
      );
    }
    const adopted = new Set(this.#containers.live.keys());
    const running = findRunningContainers(this.#options.cgroupRoot);
    session.seed(running.flatMap(seedEntries));
    for (const { cgroupId, known } of running) this.#containers.add(cgroupId, known);
    this.runningAtStart = running.map(({ cgroupId, known: { id, path } }) => ({
      containerId: id,
      run: String(cgroupId),
      path,
      watchedFromStart: session.origin === 'adopted' && adopted.has(cgroupId),
    }));
    for (const container of this.#containers.live.values()) sink.container(kernelIdentity(container));
    for (const folder of session.abandonedPins) {
      sink.evidence([
        gap(this.#options.now(), undefined, undefined, {
          reason: 'pins_abandoned',
          lost: EMPTY,
          recordKinds: [folder],
        }),
      ]);
    }
    session.start(
      (batch) => {
        this.#onBatch(batch);
      },
      (error) => {
        this.#report(
          'failed',
          `Reading kernel records failed: ${messageOf(error)}. Restart the agent; the kernel goes on collecting meanwhile.`,
        );
      },
    );
    this.#timer = setInterval(() => {
      this.checkCounters();
    }, COUNTERS_EVERY_MS).unref();
    this.#report('running', undefined);
    this.watchRuntimes();
  }

  /** Records who speaks to the runtimes' sockets; to be repeated when a runtime has come up, perhaps as another user. */
  watchRuntimes(): void {
    try {
      this.#session?.watchRuntimes(runtimeSockets(this.#options.runtimes));
    } catch (error) {
      // Deaths are told all the same, only without who asked for them.
      this.#report('running', `Who asks container runtimes cannot be seen: ${messageOf(error)}`);
    }
  }

  /** Ends the reading. The programs stay attached and collect for the next agent, unless `detach` is asked for. */
  stop(detach = false): Promise<void> {
    clearInterval(this.#timer);
    const session = this.#session;
    this.#session = undefined;
    if (session === undefined) return Promise.resolve();
    this.#report('stopped', undefined);
    if (detach) session.detach();
    else session.stop();
    return Promise.resolve();
  }

  #onBatch(batch: Uint8Array): void {
    const sink = this.#sink;
    if (sink === undefined) return;
    const context = this.#context();
    const evidence: Evidence[] = [];
    const spans = spansOf(batch);
    for (const span of spans) this.#learn(batch, span, sink);
    for (const span of spans) {
      if (span.kind === KIND.processFault) this.#options.onFault(decodeFault(batch, span, context));
      const decoded = decodeRecord(batch, span, context);
      if (decoded !== undefined) evidence.push(decoded);
      if (span.kind === KIND.containerRemoved) {
        this.#containers.remove(span.container);
        this.#gaps.forget(String(span.container));
      }
    }
    sink.evidence(evidence);
  }

  /**
   * A container must be known by its id before its records are decoded. One that ran before this agent
   * and ended while none was there is named only by the record of its removal.
   */
  #learn(batch: Uint8Array, span: RecordSpan, sink: CollectorSink): void {
    const record = this.#containers.has(span.container) ? undefined : decodeContainer(batch, span);
    if (record === undefined) return;
    const container = this.#containers.recorded(record);
    this.#containers.add(span.container, container);
    sink.container(kernelIdentity(container));
  }

  get #machine(): KernelProbe {
    return this.#probe ?? this.#options.binding.probe();
  }

  #context(): DecodeContext {
    return {
      pageBytes: this.#options.binding.host().pageBytes,
      ownPid: process.pid,
      toEpochUs: (bootNs) => this.clock.toEpochUs(bootNs),
      containerId: (cgroup) => this.#containers.idOf(cgroup),
      userName: (uid) => this.#users.nameOf(uid),
      argvOf: readArgv,
    };
  }

  /** Turns what the kernel counted as lost since the last look into evidence. */
  checkCounters(): void {
    const session = this.#session;
    const sink = this.#sink;
    if (session === undefined || sink === undefined) return;
    const now = this.#options.now();
    const counters = toRecordCounters(session.counters().kinds);
    const suppressed = session.containers().map(({ cgroupId, id, suppressed: counts }) => ({
      containerId: id,
      run: String(cgroupId),
      byKind: Object.fromEntries(counts.map((count, kind) => [KIND_NAMES.get(kind) ?? String(kind), count])),
    }));
    const gaps = [
      ...this.#gaps.lost(counters, now),
      ...this.#gaps.suppressed(suppressed, now),
      ...this.#gaps.unseenRequests(counters, now),
      ...this.#gaps.skipped(session.programs(), this.#machine.kernelRelease, now),
    ];
    if (gaps.length > 0) sink.evidence(gaps);
  }

  health(): KernelHealth {
    const probe = this.#machine;
    const session = this.#session;
    return {
      release: probe.kernelRelease,
      btf: probe.btf,
      lockdown: probe.lockdown,
      cgroup: probe.cgroupMode,
      origin: session?.origin ?? 'unavailable',
      programs: session === undefined ? [] : session.programs().map(programHealth),
      counters: session === undefined ? [] : toRecordCounters(session.counters().kinds),
    };
  }

  #report(state: CollectorState, detail: string | undefined): void {
    this.#sink?.status({
      name: this.name,
      state,
      since: this.#options.now(),
      ...(detail === undefined ? {} : { detail }),
    });
  }
}

function seedEntries({
  cgroupId,
  known: { id, path, runtime },
  outer,
  mainPid,
  mainStartNs,
  nested,
}: SeedContainer): Parameters<KernelSession['seed']>[0][number][] {
  const around = outer === undefined ? {} : { outer };
  const own = { cgroupId, id, path, runtime: runtimeNumber(runtime), ...around, mainPid, mainStartNs };
  return [own, ...nested.map((below) => ({ cgroupId: below, id, path, nestedOf: cgroupId }))];
}

function programHealth({ name, attached, error }: ReturnType<KernelSession['programs']>[number]): ProgramHealth {
  return { name, attached, ...(error === undefined ? {} : { reason: `${error.reason}: ${error.message}` }) };
}

function toRecordCounters(kinds: ReturnType<KernelSession['counters']>['kinds']): RecordCounters[] {
  return kinds
    .filter(({ kind }) => KIND_NAMES.has(kind))
    .map(({ kind, seen, received, lost, suppressed }) => ({
      kind: KIND_NAMES.get(kind) ?? String(kind),
      seen: Number(seen),
      received: Number(received),
      lost: Number(lost),
      suppressed: Number(suppressed),
    }));
}

function describeFailure(error: unknown): string {
  if (error instanceof InquestError)
    return error.next === undefined ? error.message : `${error.message}. ${error.next}`;
  if (!isNativeError(error)) return `The kernel programs could not be loaded: ${messageOf(error)}`;
  return `The kernel programs could not be loaded (${error.reason}): ${error.message}. ${nextStepFor(error.reason)}`;
}

/** Folder of the hierarchy that tells containers: v1's memory controller where there is one. */
export function cgroupRootFor(mode: KernelProbe['cgroupMode'], mount = '/sys/fs/cgroup'): string {
  return mode === 'v1' && readdirSync(mount).includes('memory') ? `${mount}/memory` : mount;
}
