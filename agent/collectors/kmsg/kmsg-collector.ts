import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Collector, CollectorSink, CollectorState } from '../../domain/collector.ts';
import { errorCode, InquestError, messageOf } from '../../domain/errors.ts';
import type { Evidence } from '../../domain/evidence.ts';
import { type EpochUs, US_PER_MS } from '../../domain/time.ts';
import { type KmsgSource, openKmsg } from './device.ts';
import { KmsgInterpreter } from './interpreter.ts';
import { parseKmsgRecord } from './record.ts';

export interface KmsgOptions {
  /**
   * What to add to the log's clock to get microseconds of the epoch. printk uses the scheduler's clock:
   * like CLOCK_MONOTONIC, without the time a machine was suspended, and apart from it by some
   * milliseconds a day. Good enough to put a line beside a death, not to order events.
   */
  readonly bootOffsetUs: number;
  readonly path?: string;
  /** The container a process runs or ran in; asked for faults, which name a pid only. */
  readonly containerOf?: (pid: number) => string | undefined;
  /** The container of a process that runs now; asked about the biggest ones when memory ran out. */
  readonly containerOfLiving?: (pid: number) => string | undefined;
  readonly clock?: () => EpochUs;
  readonly open?: (path: string) => KmsgSource;
  /** Shortest and longest time between two looks. */
  readonly pollMs?: readonly [number, number];
}

export interface KmsgCollector extends Collector {
  /** What the log still holds from a time on, for a start after a crash. Rejects with an InquestError. */
  readSince(at: EpochUs): Promise<readonly Evidence[]>;
}

const KMSG_PATH = '/dev/kmsg';
/** A look without news costs some 10 µs: at worst 0.004 % of a core. After news the next look is soon. */
const POLL_MS = [250, 1_000] as const;
const RECORDS_PER_TURN = 500;

/** The kernel's own log: corroboration, because it is rate-limited and may be read by nobody but root. */
export function createKmsgCollector(options: KmsgOptions): KmsgCollector {
  return new DeviceKmsgCollector(options);
}

class DeviceKmsgCollector implements KmsgCollector {
  readonly name = 'kmsg';
  readonly #options: KmsgOptions;
  readonly #open: (path: string) => KmsgSource;
  readonly #clock: () => EpochUs;
  readonly #interpreter: KmsgInterpreter;
  #sink: CollectorSink | undefined;
  #source: KmsgSource | undefined;
  #timer: NodeJS.Timeout | undefined;
  #delayMs: number;

  constructor(options: KmsgOptions) {
    this.#options = options;
    this.#open = options.open ?? openKmsg;
    this.#clock = options.clock ?? (() => Date.now() * US_PER_MS);
    this.#interpreter = new KmsgInterpreter(options);
    this.#delayMs = this.#pollMs[0];
  }

  get #path(): string {
    return this.#options.path ?? KMSG_PATH;
  }

  get #pollMs(): readonly [number, number] {
    return this.#options.pollMs ?? POLL_MS;
  }

  /** From now on; older records are skipped. */
  async start(sink: CollectorSink): Promise<void> {
    if (this.#sink !== undefined) throw new InquestError('bad-usage', 'The kernel log collector was started before.');
    this.#sink = sink;
    try {
      this.#source = this.#open(this.#path);
      // There is no way to seek in Node.js; the log has some thousand records of a few µs each.
      await eachRecord(this.#source, (record) => {
        this.#interpreter.take(record);
      });
      this.#interpreter.flush();
    } catch (error) {
      this.#close();
      this.#report('absent', describeFailure(error, this.#path));
      return;
    }
    this.#report('running');
    this.#schedule();
  }

  stop(): Promise<void> {
    this.#close();
    this.#report('stopped');
    return Promise.resolve();
  }

  async readSince(at: EpochUs): Promise<readonly Evidence[]> {
    const evidence: Evidence[] = [];
    // An interpreter of its own: this is another look at the same records.
    const interpreter = new KmsgInterpreter(this.#options);
    let source: KmsgSource;
    try {
      source = this.#open(this.#path);
    } catch (error) {
      throw new InquestError('system', describeFailure(error, this.#path), { cause: error });
    }
    try {
      await eachRecord(source, (record) => {
        const clockUs = parseKmsgRecord(record)?.clockUs;
        if (clockUs !== undefined && clockUs + this.#options.bootOffsetUs >= at)
          evidence.push(...interpreter.take(record));
      });
    } finally {
      source.close();
    }
    return [...evidence, ...interpreter.flush()];
  }

  #schedule(): void {
    this.#timer = setTimeout(() => {
      this.#poll();
    }, this.#delayMs);
    this.#timer.unref();
  }

  #poll(): void {
    const source = this.#source;
    if (source === undefined) return;
    let evidence: Evidence[] = [];
    let isEmpty = false;
    try {
      const batch = readBatch(source, (record) => evidence.push(...this.#interpreter.take(record)));
      isEmpty = batch === 0;
    } catch (error) {
      this.#close();
      this.#report('failed', describeFailure(error, this.#path));
      return;
    }
    if (isEmpty) evidence = this.#interpreter.flush();
    if (evidence.length > 0) this.#sink?.evidence(evidence);
    const [shortest, longest] = this.#pollMs;
    this.#delayMs = isEmpty ? Math.min(longest, this.#delayMs * 2) : shortest;
    this.#schedule();
  }

  #close(): void {
    clearTimeout(this.#timer);
    this.#source?.close();
    this.#source = undefined;
  }

  #report(state: CollectorState, detail?: string): void {
    this.#sink?.status({ name: this.name, state, since: this.#clock(), ...(detail !== undefined && { detail }) });
  }
}

/** Reads what is there, up to a bound; the number of records. An overrun shows in the next sequence number. */
function readBatch(source: KmsgSource, take: (record: string) => void): number {
  for (let count = 0; count < RECORDS_PER_TURN; count += 1) {
    const next = source.read();
    if (next === 'empty') return count;
    if (next !== 'overrun') take(next.record);
  }
  return RECORDS_PER_TURN;
}

/** Reads to the end, in turns, so that a long log does not hold up everything else. */
async function eachRecord(source: KmsgSource, take: (record: string) => void): Promise<void> {
  while (readBatch(source, take) === RECORDS_PER_TURN) await nextTurn();
}

function describeFailure(error: unknown, path: string): string {
  switch (errorCode(error)) {
    case 'EPERM':
    case 'EACCES':
      return `${path} may not be read. Give the agent CAP_SYSLOG, or set ProtectKernelLogs=no in its unit.`;
    case 'ENOENT':
      return `There is no ${path} here.`;
    case undefined:
    default:
      return `${path} cannot be read: ${messageOf(error)}`;
  }
}
