import type { CollectorSink, CollectorStatus, RuntimeCollector, VitalsSource } from '../domain/collector.ts';
import type { ContainerIdentity } from '../domain/container.ts';
import type { Death } from '../domain/death.ts';
import { messageOf } from '../domain/errors.ts';
import type { Evidence } from '../domain/evidence.ts';
import { US_PER_MS } from '../domain/time.ts';
import type { EpochUs } from '../domain/time.ts';
import { CaseBook } from '../explain/case-book.ts';
import type { CaseVerdict } from '../explain/case-book.ts';
import type { CaseFile } from '../explain/case-file.ts';
import { FaultedProcesses } from './faulted-processes.ts';
import { composeDeath } from './compose.ts';
import { LiveEvidence } from './live-evidence.ts';
import type { Log } from './log.ts';
import type { Machine } from './machine.ts';

export interface InvestigationOptions {
  readonly machine: Machine;
  readonly log: Log;
  readonly now: () => EpochUs;
  /** Makes deaths durable, all or none, before it returns; keeps them for later when it cannot. */
  readonly record: (deaths: readonly Death[]) => void;
  readonly recordGap: (gap: Evidence) => void;
  readonly vitals: VitalsSource | undefined;
  readonly runtimes: readonly RuntimeCollector[];
  readonly kernelWatched: boolean;
}

/** Without a kernel record or an event, a case may still become due by the clock. */
const TICK_MS = 250;
/** How long the runtime's last word on a death is waited for. */
const RUNTIME_WORD_MS = 3_000;
/** How long a log may take to be read. */
const LOG_MS = 2_000;
/** A runtime flushes its log file a little after the last process has gone. */
const POLL_MS = 50;

/**
 * Takes in what the collectors see, keeps the cases, and sees to it that each death is recorded at
 * once, completed by late evidence, and recorded again.
 */
export class Investigation implements CollectorSink {
  readonly book: CaseBook;
  readonly live = new LiveEvidence();
  readonly statuses = new Map<string, CollectorStatus>();
  readonly #options: InvestigationOptions;
  readonly #settling = new Map<string, Promise<void>>();
  readonly #faults = new FaultedProcesses();
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: InvestigationOptions) {
    this.#options = options;
    this.book = new CaseBook({ kernelWatched: options.kernelWatched, startedAt: options.now() });
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.conclude();
    }, TICK_MS).unref();
  }

  /** Settles what is known and stops. Deaths whose late evidence is outstanding stay as they were recorded. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#closed = true;
    await Promise.allSettled(this.#settling.values());
  }

  evidence(batch: readonly Evidence[]): void {
    for (const item of batch) {
      if (item.data.kind === 'evidence_gap') this.#options.recordGap(item);
      this.#faults.note(item);
      this.book.add(item);
    }
    this.live.publish(batch);
    this.conclude();
  }

  container(identity: ContainerIdentity): void {
    const known = this.book.identify(identity);
    if (known.cgroupPath !== undefined && identity.cgroupPath !== undefined) {
      this.#options.vitals?.watch(known.id, known.cgroupPath);
    }
  }

  status(status: CollectorStatus): void {
    const before = this.statuses.get(status.name);
    this.statuses.set(status.name, status);
    if (before?.state === status.state) return;
    const text = `${status.name}: ${status.state}${status.detail === undefined ? '' : ` – ${status.detail}`}`;
    if (status.state === 'failed' || status.state === 'retrying') this.#options.log.warn(text);
    else this.#options.log.info(text);
  }

  /** Gives the verdicts that are due, and makes them durable before anybody is told. */
  conclude(): void {
    const verdicts = this.book.take(this.#options.now());
    if (verdicts.length === 0) return;
    for (const verdict of verdicts) if (verdict.isFirst) this.#takeVitals(verdict);
    this.#record(verdicts);
    for (const verdict of verdicts) if (verdict.isFirst) this.#startSettling(verdict);
  }

  /** The container of a process that has just faulted: the kernel's log names a pid only. */
  containerOfFault(pid: number): string | undefined {
    return this.#faults.containerOf(pid);
  }

  /** Deaths whose container has no name yet: it is being asked for. */
  get hasNamelessDeaths(): boolean {
    return [...this.#settling.keys()].some((id) => this.book.identity(id).name === undefined);
  }

  #takeVitals({ file, container }: CaseVerdict): void {
    file.vitals = this.#options.vitals?.release(container.id) ?? [];
  }

  #record(verdicts: readonly CaseVerdict[]): void {
    this.#options.record(
      verdicts.map((verdict) => composeDeath(this.#options.machine, { ...verdict, vitals: verdict.file.vitals })),
    );
  }

  #startSettling(verdict: CaseVerdict): void {
    const { file } = verdict;
    const id = verdict.container.id;
    const work = this.#settle(file, id)
      .catch((error: unknown) => {
        this.#options.log.warn(`late evidence of container ${id.slice(0, 12)} could not be read: ${messageOf(error)}`);
      })
      .then(() => {
        this.#record([this.book.settle(file, this.#options.now())]);
        if (this.#settling.get(id) === work) this.#settling.delete(id);
      });
    this.#settling.set(id, work);
  }

  async #settle(file: CaseFile, containerId: string): Promise<void> {
    if (file.origin === 'reconciled') return;
    const runtime = this.#runtimeOf(containerId);
    if (runtime === undefined) return;
    if (this.book.identity(containerId).source === 'runtime' && file.origin === 'witnessed')
      await this.#runtimesWord(file);
    else await this.#askRuntime(runtime, file, containerId);
    const log = await bounded(runtime.logTail(containerId), LOG_MS);
    if (log !== undefined) file.add(log);
  }

  /** The runtime's state comes by its own event; nobody has to ask for it. */
  async #runtimesWord(file: CaseFile): Promise<void> {
    const deadline = performance.now() + RUNTIME_WORD_MS;
    while (!file.has('runtime_state') && performance.now() < deadline && !this.#closed) await pause();
  }

  /** A death from before this agent, or of a container the runtime had not told of yet: it has to be asked. */
  async #askRuntime(runtime: RuntimeCollector, file: CaseFile, containerId: string): Promise<void> {
    const deadline = performance.now() + RUNTIME_WORD_MS;
    for (;;) {
      try {
        const dead = await runtime.inspect(containerId);
        if (dead === undefined) return;
        this.book.identify(dead.identity);
        if (!dead.state.data.running) {
          file.add(dead.state);
          return;
        }
      } catch (error) {
        // It may still be starting, as after a boot: ask again until the time is over.
        if (performance.now() >= deadline) throw error;
      }
      if (performance.now() >= deadline || this.#closed) return;
      await pause();
    }
  }

  #runtimeOf(containerId: string): RuntimeCollector | undefined {
    const { runtime, source } = this.book.identity(containerId);
    if (source !== 'runtime' && runtime === 'unknown') return undefined;
    return this.#options.runtimes.find(({ name }) => name === runtime);
  }
}

function pause(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, POLL_MS);
  });
}

/** `undefined` when it takes too long: late evidence is welcome, not waited for without end. */
async function bounded<T>(work: Promise<T>, ms: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => {
      resolve(undefined);
    }, ms);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}

export function wallClockUs(): EpochUs {
  return Math.round((performance.timeOrigin + performance.now()) * US_PER_MS);
}
