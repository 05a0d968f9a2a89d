import type { CollectorSink, CollectorState, VitalsSource } from '../../domain/collector.ts';
import { InquestError, messageOf } from '../../domain/errors.ts';
import type { Evidence } from '../../domain/evidence.ts';
import { type EpochUs, US_PER_MS, US_PER_SECOND } from '../../domain/time.ts';
import { type ProcessMemory, VITALS_KEPT, VITALS_PERIOD_MS, type VitalsSample } from '../../domain/vitals.ts';
import { detectHierarchies, type Hierarchies, isSafeCgroupPath } from './hierarchies.ts';
import { pageSize } from './page-size.ts';
import { biggestProcesses, isNearLimit } from './processes.ts';
import { CgroupProbe } from './probe.ts';
import { Row, SampleRing } from './ring.ts';
import { throttledWindow } from './throttle.ts';

export interface VitalsOptions {
  readonly cgroupRoot?: string;
  readonly clock?: () => EpochUs;
  readonly periodMs?: number;
  /** Containers sampled at a time; bounds open files (8 each) and memory (14 KiB each). */
  readonly maxWatched?: number;
}

const CGROUP_ROOT = '/sys/fs/cgroup';
const MAX_WATCHED = 1_000;
const THROTTLE_EVERY_US = 60 * US_PER_SECOND;
/** Containers near their limit whose processes are looked at in one round: some 5 ms of work at most. */
const MOST_LOOKS = 8;
/** Longest stretch of sampling without giving others their turn. */
const SLICE_MS = 5;

interface Watched {
  readonly probe: CgroupProbe;
  readonly ring: SampleRing;
  throttleToldAt: EpochUs;
  /** The last look at single processes. */
  looked: { readonly at: EpochUs; readonly processes: readonly ProcessMemory[] } | undefined;
}

/**
 * Memory, processes and CPU of every watched container, once a second, by cgroup v1 or v2. Costs about
 * 0.05 ms a container and sample.
 */
export function createVitalsCollector(options: VitalsOptions): VitalsSource {
  return new CgroupVitals(options);
}

class CgroupVitals implements VitalsSource {
  readonly name = 'vitals';
  readonly #options: VitalsOptions;
  readonly #clock: () => EpochUs;
  readonly #hierarchies: Hierarchies | undefined;
  readonly #watched = new Map<string, Watched>();
  readonly #row = new Row();
  #sink: CollectorSink | undefined;
  #timer: NodeJS.Timeout | undefined;
  #slice: NodeJS.Immediate | undefined;
  readonly #pageBytes = pageSize();
  /** Containers whose processes were looked at in this round. */
  #looks = 0;
  #isFull = false;
  #isStopped = false;

  constructor(options: VitalsOptions) {
    this.#options = options;
    this.#clock = options.clock ?? (() => Date.now() * US_PER_MS);
    this.#hierarchies = detectHierarchies(options.cgroupRoot ?? CGROUP_ROOT);
  }

  start(sink: CollectorSink): Promise<void> {
    if (this.#sink !== undefined) {
      return Promise.reject(new InquestError('bad-usage', 'The vitals collector was started before.'));
    }
    this.#sink = sink;
    if (this.#hierarchies === undefined) {
      this.#report('absent', `No cgroups are mounted at ${this.#options.cgroupRoot ?? CGROUP_ROOT}.`);
      return Promise.resolve();
    }
    this.#timer = setInterval(() => {
      this.#tick();
    }, this.#options.periodMs ?? VITALS_PERIOD_MS);
    this.#timer.unref();
    this.#report('running', `cgroup ${this.#hierarchies.version}`);
    return Promise.resolve();
  }

  stop(): Promise<void> {
    this.#isStopped = true;
    clearInterval(this.#timer);
    clearImmediate(this.#slice);
    for (const { probe } of this.#watched.values()) probe.close();
    this.#watched.clear();
    this.#report('stopped');
    return Promise.resolve();
  }

  watch(containerId: string, cgroupPath: string): void {
    if (this.#isStopped || this.#hierarchies === undefined || !isSafeCgroupPath(cgroupPath)) return;
    const known = this.#watched.get(containerId);
    if (known !== undefined) {
      // A container that was started again has a new cgroup of the same path.
      const isSame = known.probe.cgroupPath === cgroupPath;
      if (isSame && (known.probe.sample(this.#row) || !known.probe.isGone)) return;
      known.probe.close();
      this.#watched.delete(containerId);
    }
    if (this.#watched.size >= (this.#options.maxWatched ?? MAX_WATCHED)) {
      this.#reportFull();
      return;
    }
    const probe = new CgroupProbe(this.#hierarchies, cgroupPath);
    const watched: Watched = {
      probe,
      ring: new SampleRing(VITALS_KEPT),
      throttleToldAt: Number.NEGATIVE_INFINITY,
      looked: undefined,
    };
    this.#watched.set(containerId, watched);
    this.#sample(containerId, watched, this.#clock());
  }

  release(containerId: string): readonly VitalsSample[] {
    const samples = this.recent(containerId);
    this.#watched.get(containerId)?.probe.close();
    this.#watched.delete(containerId);
    this.#isFull = false;
    return samples;
  }

  recent(containerId: string): readonly VitalsSample[] {
    const watched = this.#watched.get(containerId);
    const samples = watched?.ring.samples() ?? [];
    const looked = watched?.looked;
    return looked === undefined
      ? samples
      : samples.map((sample) => (sample.at === looked.at ? { ...sample, processes: looked.processes } : sample));
  }

  /** One look at every container, in slices; a tick that finds the last one unfinished leaves it to finish. */
  #tick(): void {
    if (this.#slice !== undefined) return;
    this.#looks = 0;
    this.#sampleSlice(this.#watched.entries());
  }

  #sampleSlice(rest: MapIterator<[string, Watched]>): void {
    this.#slice = undefined;
    const until = performance.now() + SLICE_MS;
    for (let next = rest.next(); next.done !== true; next = rest.next()) {
      const [containerId, watched] = next.value;
      this.#sample(containerId, watched, this.#clock());
      if (performance.now() < until) continue;
      this.#slice = setImmediate(() => {
        this.#sampleSlice(rest);
      });
      return;
    }
  }

  #sample(containerId: string, watched: Watched, at: EpochUs): void {
    if (watched.probe.isGone) return;
    try {
      if (!watched.probe.sample(this.#row)) return;
    } catch (error) {
      watched.probe.close();
      this.#report('running', `A cgroup cannot be read and is no longer sampled: ${messageOf(error)}`);
      return;
    }
    watched.ring.push(at, this.#row);
    this.#look(watched, at);
    const evidence = this.#throttleEvidence(containerId, watched, at);
    if (evidence !== undefined) this.#sink?.evidence([evidence]);
  }

  /** Near the limit the biggest processes are worth the time: when the container dies they are gone. */
  #look(watched: Watched, at: EpochUs): void {
    const row = this.#row;
    const isNear = isNearLimit({
      memoryBytes: row.get('memoryBytes'),
      memoryLimitBytes: row.get('memoryLimitBytes'),
      fileBytes: row.get('fileBytes'),
      shmemBytes: row.get('shmemBytes'),
    });
    if (!isNear || this.#looks >= MOST_LOOKS) return;
    const file = watched.probe.procsFile();
    if (file === undefined) return;
    this.#looks += 1;
    const processes = biggestProcesses(file, this.#pageBytes);
    if (processes.length > 0) watched.looked = { at, processes };
  }

  #throttleEvidence(containerId: string, watched: Watched, at: EpochUs): Evidence | undefined {
    if (at - watched.throttleToldAt < THROTTLE_EVERY_US) return undefined;
    const throttled = throttledWindow(watched.ring);
    const quota = throttled === undefined ? undefined : watched.probe.quota();
    if (throttled === undefined || quota === undefined) return undefined;
    watched.throttleToldAt = at;
    return { at, source: 'cgroup', containerId, data: { kind: 'cpu_throttle', ...quota, ...throttled } };
  }

  #reportFull(): void {
    if (this.#isFull) return;
    this.#isFull = true;
    this.#report(
      'running',
      `Only ${String(this.#watched.size)} containers are sampled at a time; others have no vitals.`,
    );
  }

  #report(state: CollectorState, detail?: string): void {
    this.#sink?.status({ name: this.name, state, since: this.#clock(), ...(detail !== undefined && { detail }) });
  }
}
