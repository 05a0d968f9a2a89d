import type { Evidence, EvidenceOf } from '../domain/evidence.ts';
import type { ProcessRef } from '../domain/process.ts';
import type { EpochUs } from '../domain/time.ts';
import { US_PER_SECOND } from '../domain/time.ts';
import { keyOf } from './process-table.ts';
import { SUPERVISOR_US } from './rules/exited.ts';
import { isPlaceOf } from './signature.ts';
import type { WoundAccount } from './wound.ts';
import { isAboutEnd, judgeWound } from './wound.ts';

/** A worker that crashes ten times a second for days is written down this often. */
const REPEAT_US = 10 * US_PER_SECOND;
/** A supervisor that gives up, and the way of that record to us. */
export const OUTLIVED_US = SUPERVISOR_US + US_PER_SECOND;
/** Processes that are remembered, for the death that one of them leads to. */
const MAX_PROCESSES = 64;

/** Wounds of one kind in one run: the account of the last, the first and the count. */
export class WoundGroup {
  /** Names the wound, however often it is derived anew. */
  readonly firstProcess: ProcessRef;
  readonly firstAt: EpochUs;
  #account: WoundAccount;
  #lastAt: EpochUs;
  #count = 1;
  #toldCount = 0;
  #toldAt: EpochUs | undefined;
  readonly #processes: string[] = [];

  constructor(account: WoundAccount) {
    this.#account = account;
    this.firstProcess = account.exit.data.process;
    this.firstAt = account.exit.at;
    this.#lastAt = this.firstAt;
    this.#remember(account);
  }

  get account(): WoundAccount {
    return this.#account;
  }

  get count(): number {
    return this.#count;
  }

  get lastAt(): EpochUs {
    return this.#lastAt;
  }

  get isTold(): boolean {
    return this.#toldAt !== undefined;
  }

  get hasNews(): boolean {
    return this.#count > this.#toldCount;
  }

  add(account: WoundAccount): void {
    // One of which nobody knows where it happened says less than the last one that tells.
    if (!isPlaceOf(this.#account.signature, account.signature)) this.#account = account;
    this.#lastAt = account.exit.at;
    this.#count += 1;
    this.#remember(account);
  }

  isDue(now: EpochUs): boolean {
    if (this.#toldAt === undefined) return now - this.firstAt > OUTLIVED_US;
    return this.hasNews && now - this.#toldAt >= REPEAT_US;
  }

  told(now: EpochUs): void {
    this.#toldAt = now;
    this.#toldCount = this.#count;
  }

  /** Whether this process is one of those that were hit. */
  includes(process: ProcessRef): boolean {
    return this.#processes.includes(keyOf(process));
  }

  /**
   * Judges the last one again, now that the log is there, and what else of `known` came late: a backtrace, the kernel's
   * log. What came after it in its own log is left out.
   */
  readLate(log: EvidenceOf<'log_tail'> | undefined, known: readonly Evidence[]): void {
    const { exit, facts, signature } = this.#account;
    const { evidence } = facts.case;
    const late = known.filter((item) => isAboutEnd(item, exit.data.process) && !evidence.includes(item));
    if (log !== undefined) {
      const lines = log.data.lines.filter((line) => line.at === undefined || line.at <= exit.at + LOG_DELAY_US);
      late.push({ ...log, data: { ...log.data, lines } });
    }
    if (late.length === 0) return;
    const again = judgeWound({ ...facts.case, evidence: [...evidence, ...late].sort((a, b) => a.at - b.at) }, exit);
    if (again !== undefined) this.#account = { ...again, signature };
  }

  #remember({ exit }: WoundAccount): void {
    this.#processes.push(keyOf(exit.data.process));
    if (this.#processes.length > MAX_PROCESSES) this.#processes.shift();
  }
}

/** A program's last line may be stamped a little after its end. */
const LOG_DELAY_US = US_PER_SECOND / 2;
