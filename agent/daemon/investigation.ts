import type {
  CollectorSink,
  CollectorStatus,
  DeadContainer,
  RuntimeCollector,
  VitalsSource,
} from '../domain/collector.ts';
import type { ContainerIdentity } from '../domain/container.ts';
import type { Death } from '../domain/death.ts';
import { messageOf } from '../domain/errors.ts';
import type { Evidence, EvidenceOf, ProcessFault } from '../domain/evidence.ts';
import { isKind } from '../domain/evidence.ts';
import type { CapturedFault } from '../domain/fault.ts';
import { US_PER_MS } from '../domain/time.ts';
import type { EpochUs } from '../domain/time.ts';
import { workloadKey } from '../domain/workload.ts';
import { CaseBook } from '../explain/case-book.ts';
import type { CaseVerdict } from '../explain/case-book.ts';
import type { CaseFile } from '../explain/case-file.ts';
import { FaultedProcesses } from './faulted-processes.ts';
import { composeDeath } from './compose.ts';
import { Introductions } from './introductions.ts';
import { LiveEvidence } from './live-evidence.ts';
import type { Log } from './log.ts';
import type { Machine } from './machine.ts';
import { Wounds } from './wounds.ts';
import type { FreshWound } from './wounds.ts';
import { isWorthTelling } from './worth-telling.ts';

/** Who may know a container, the likeliest first. */
export interface RuntimeDirectory {
  /** Resolves when what is there has been looked for once. */
  readonly ready: Promise<unknown>;
  of: (container: ContainerIdentity) => readonly RuntimeCollector[];
}

export interface InvestigationOptions {
  readonly machine: Machine;
  readonly log: Log;
  readonly now: () => EpochUs;
  /** Makes deaths durable, all or none, before it returns; keeps them for later when it cannot. */
  readonly record: (deaths: readonly Death[]) => void;
  readonly recordGap: (gap: Evidence) => void;
  /** Wounds in the store whose container has not ended. Nothing where there is no store to ask. */
  readonly openWounds?: (containerId?: string) => readonly Death[];
  readonly vitals: VitalsSource | undefined;
  readonly runtimes: RuntimeDirectory;
  /** Works out what a fault's backtrace was. Never rejects. */
  readonly backtrace: (fault: CapturedFault) => Promise<ProcessFault>;
  readonly kernelWatched: boolean;
}

/** An end that late evidence may still change. */
interface Unrecorded {
  readonly containerId: string;
  /** It was recorded before its container's name was known, and is not found by it. */
  readonly nameless: boolean;
  /** Its last word is in the store. */
  readonly recorded: Promise<void>;
}

/** Without a kernel record or an event, a case may still become due by the clock. */
const TICK_MS = 250;
/** How long the runtime's last word on a death is waited for. */
const RUNTIME_WORD_MS = 3_000;
/** How long the kernel's log is waited for: a second goes by between two looks, and it may have nothing to say. */
const KERNEL_LOG_MS = 2_000;
/** How long a log may take to be read: long on a machine under load, and nobody waits for it but the last revision. */
const LOG_MS = 10_000;
/** How long a backtrace may take, with the start of its thread on a machine under load. */
const BACKTRACE_MS = 60_000;
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
  /** In the order of the verdicts: an end is counted from the one before it of its workload, which is recorded first. */
  readonly #unrecorded = new Set<Unrecorded>();
  readonly #tracing = new Map<Promise<void>, string | undefined>();
  readonly #faults = new FaultedProcesses();
  readonly #wounds: Wounds;
  readonly #woundWork = new Set<Promise<void>>();
  readonly #introductions: Introductions;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: InvestigationOptions) {
    this.#options = options;
    this.book = new CaseBook({ kernelWatched: options.kernelWatched, startedAt: options.now() });
    this.#wounds = new Wounds({
      machine: options.machine,
      book: this.book,
      vitals: (containerId) => options.vitals?.recent(containerId) ?? [],
      kept: options.openWounds ?? (() => []),
    });
    this.#introductions = new Introductions({
      runtimes: options.runtimes,
      current: (id) => this.book.identity(id),
      learn: (identity) => {
        this.container(identity);
      },
      log: options.log,
    });
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
    this.#introductions.stop();
    this.#keep(this.#wounds.flush(this.#options.now()));
    await Promise.allSettled([...this.#settling.values(), ...this.#woundWork]);
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

  /** A fault becomes evidence once its backtrace is there; deaths by it are not settled before. */
  fault(captured: CapturedFault): void {
    const { at, containerId, run } = captured;
    const work = this.#options.backtrace(captured).then((data) => {
      this.#tracing.delete(work);
      this.evidence([{ at, source: 'kernel', containerId, run, data }]);
    });
    this.#tracing.set(work, containerId);
  }

  container(identity: ContainerIdentity): void {
    const known = this.book.identify(identity);
    if (known.source === 'kernel') this.#introductions.expect(known);
    if (known.cgroupPath !== undefined && identity.cgroupPath !== undefined) {
      this.#options.vitals?.watch(known.id, known.cgroupPath);
    }
  }

  status(status: CollectorStatus): void {
    const key = status.endpoint === undefined ? status.name : `${status.name} ${status.endpoint}`;
    const before = this.statuses.get(key);
    this.statuses.set(key, status);
    if (before?.state === status.state) return;
    const said = status.detail ?? status.peer;
    const text = `${status.name}: ${status.state}${said === undefined ? '' : ` – ${said}`}`;
    if (status.state === 'failed' || status.state === 'retrying') this.#options.log.warn(text);
    else this.#options.log.info(text);
  }

  /** Gives the verdicts that are due, and makes them durable before anybody is told. */
  conclude(): void {
    const now = this.#options.now();
    const verdicts = this.book.take(now);
    const wounds = this.#wounds.due(now);
    if (verdicts.length === 0 && wounds.deaths.length === 0) return;
    for (const verdict of verdicts) if (verdict.isFirst) this.#takeVitals(verdict);
    this.#record(verdicts, wounds.deaths);
    for (const verdict of verdicts) if (verdict.isFirst) this.#startSettling(verdict);
    for (const wound of wounds.fresh) this.#settleWound(wound);
  }

  /** The container of a process that has just faulted: the kernel's log names a pid only. */
  containerOfFault(pid: number): string | undefined {
    return this.#faults.containerOf(pid);
  }

  /** Deaths in the store without their container's name: it is being asked for, or is written with their last word. */
  get hasNamelessDeaths(): boolean {
    return [...this.#unrecorded].some(({ nameless }) => nameless);
  }

  #takeVitals({ file, container }: CaseVerdict): void {
    file.vitals = this.#options.vitals?.release(container.id) ?? [];
  }

  #record(verdicts: readonly CaseVerdict[], wounds: readonly Death[] = []): void {
    const { machine, now } = this.#options;
    const deaths = verdicts.filter(isWorthTelling).flatMap((verdict) => {
      const death = composeDeath(machine, { ...verdict, vitals: verdict.file.vitals });
      return verdict.isFirst ? this.#wounds.end(verdict, death, now()) : [death];
    });
    this.#keep([...deaths, ...wounds]);
  }

  #keep(deaths: readonly Death[]): void {
    if (deaths.length > 0) this.#options.record(deaths);
  }

  /** Wounds of containers that ended while nobody watched: they are not running on. */
  closeAbsentWounds(): void {
    this.#keep(this.#wounds.closeAbsent(this.#options.now()));
  }

  #settleWound(wound: FreshWound): void {
    const id = wound.file.opening.containerId;
    const work = bounded(this.#traced(id), BACKTRACE_MS)
      .then(() => this.#logOf(id))
      .catch((error: unknown) => {
        this.#options.log.warn(`the log of container ${id.slice(0, 12)} could not be read: ${messageOf(error)}`);
        return undefined;
      })
      .then((log) => {
        const death = this.#wounds.settle(wound, log, this.#options.now());
        if (death !== undefined) this.#keep([death]);
        this.#woundWork.delete(work);
      });
    this.#woundWork.add(work);
  }

  #startSettling(verdict: CaseVerdict): void {
    const { file } = verdict;
    const id = verdict.container.id;
    const gathered = this.#settle(file, id).catch((error: unknown) => {
      this.#options.log.warn(`late evidence of container ${id.slice(0, 12)} could not be read: ${messageOf(error)}`);
    });
    const before = [...this.#unrecorded];
    const own: Unrecorded = {
      containerId: id,
      nameless: verdict.container.name === undefined,
      recorded: gathered
        .then(() => this.#recordedBefore(id, before))
        .then(() => {
          this.#record([this.book.settle(file, this.#options.now())]);
          this.#unrecorded.delete(own);
          if (this.#settling.get(id) === own.recorded) this.#settling.delete(id);
        }),
    };
    this.#unrecorded.add(own);
    this.#settling.set(id, own.recorded);
  }

  /** Waits for the earlier ends of the same workload. Which that is may have been learnt after the verdict only. */
  async #recordedBefore(containerId: string, before: readonly Unrecorded[]): Promise<void> {
    const workloadOf = (id: string): string => workloadKey(this.book.identity(id));
    const workload = workloadOf(containerId);
    const earlier = before.filter((other) => workloadOf(other.containerId) === workload);
    await Promise.allSettled(earlier.map(({ recorded }) => recorded));
  }

  async #settle(file: CaseFile, containerId: string): Promise<void> {
    if (file.origin === 'reconciled') return;
    await bounded(this.#traced(containerId), BACKTRACE_MS);
    // The kernel's records of what happened before are read before any runtime is found.
    await bounded(this.#options.runtimes.ready, RUNTIME_WORD_MS);
    const identity = this.book.identity(containerId);
    const candidates = this.#options.runtimes.of(identity);
    const teller = candidates.find(({ announcesEnds }) => announcesEnds);
    if (teller !== undefined && identity.source === 'runtime' && file.origin === 'witnessed')
      await this.#awaited(() => file.has('runtime_state'), RUNTIME_WORD_MS);
    else await this.#askRuntimes(candidates, file, containerId);
    await this.#kernelLogsWord(file);
    const log = await this.#logOf(containerId);
    if (log !== undefined) file.add(log);
  }

  async #logOf(containerId: string): Promise<EvidenceOf<'log_tail'> | undefined> {
    for (const runtime of this.#options.runtimes.of(this.book.identity(containerId))) {
      const log = await bounded(runtime.logTail(containerId), LOG_MS);
      if (log !== undefined) return log;
    }
    return undefined;
  }

  async #traced(containerId: string): Promise<void> {
    await Promise.all([...this.#tracing].filter(([, id]) => id === containerId).map(([work]) => work));
  }

  /** Waits for evidence that a collector brings by itself. */
  async #awaited(isThere: () => boolean, ms: number): Promise<void> {
    const deadline = performance.now() + ms;
    while (!isThere() && performance.now() < deadline && !this.#closed) await pause();
  }

  /** What memory was made of stands in the kernel's log alone, which is looked at now and then; of the past it is read at once. */
  async #kernelLogsWord(file: CaseFile): Promise<void> {
    if (file.origin !== 'witnessed' || this.statuses.get('kmsg')?.state !== 'running') return;
    const { evidence } = this.book.viewOf(file);
    const kill = evidence.findLast((item) => isKind(item, 'oom_kill'));
    if (kill === undefined) return;
    // Of a process that was killed before in the same container the log has told already.
    const isThere = (): boolean =>
      this.book
        .viewOf(file)
        .evidence.some((item) => isKind(item, 'kernel_log_oom') && item.data.victimPid === kill.data.victim.pid);
    await this.#awaited(isThere, KERNEL_LOG_MS);
  }

  /** A death from before this agent, or of a container whose runtime announces nothing: it has to be asked. */
  async #askRuntimes(candidates: readonly RuntimeCollector[], file: CaseFile, containerId: string): Promise<void> {
    const deadline = performance.now() + RUNTIME_WORD_MS;
    let open = [...candidates];
    while (open.length > 0) {
      for (const runtime of open) {
        const answer = await this.#ask(runtime, containerId, performance.now() < deadline);
        if (answer === 'unknown') open = open.filter((other) => other !== runtime);
        if (typeof answer === 'string') continue;
        // Nobody else needs to be asked, only this one again.
        open = [runtime];
        this.book.identify(answer.identity);
        if (answer.state.data.running) break;
        file.add(answer.state);
        return;
      }
      if (performance.now() >= deadline || this.#closed) return;
      await pause();
    }
  }

  /** @param patient whether a failure is worth another attempt: it may still be starting, as after a boot */
  async #ask(
    runtime: RuntimeCollector,
    containerId: string,
    patient: boolean,
  ): Promise<DeadContainer | 'unknown' | 'again'> {
    try {
      return (await runtime.inspect(containerId, this.book.identity(containerId).cgroupPath)) ?? 'unknown';
    } catch (error) {
      if (!patient) throw error;
      return 'again';
    }
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
