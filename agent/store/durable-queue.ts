import type { EvidenceOf } from '../domain/evidence.ts';
import { InquestError, messageOf } from '../domain/errors.ts';
import type { EpochUs } from '../domain/time.ts';
import type { PreparedDeath } from './body.ts';
import { Backlog } from './backlog.ts';
import type { QueueLimits, RecordedDeath, RecordedListener } from './types.ts';

/** Deaths in one transaction: a host that loses all its containers at once costs few commits. */
const BATCH = 32;

export interface QueueTarget {
  /** In one transaction. */
  write(batch: readonly PreparedDeath[]): readonly RecordedDeath[];
  writeGap(gap: EvidenceOf<'evidence_gap'>): void;
  /** Frees what retention allows. */
  makeRoom(): void;
}

/** Carries deaths to the store in order, waits while it cannot write, and announces what is committed. */
export class DurableQueue {
  readonly #target: QueueTarget;
  readonly #limits: QueueLimits;
  readonly #backlog: Backlog;
  readonly #listeners = new Set<RecordedListener>();
  #problem: string | undefined;
  #retryMs: number;
  #batch = BATCH;
  #turn: NodeJS.Immediate | undefined;
  #retry: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(target: QueueTarget, limits: QueueLimits, now: () => EpochUs) {
    this.#target = target;
    this.#limits = limits;
    this.#retryMs = limits.firstRetryMs;
    this.#backlog = new Backlog(limits, now);
  }

  submit(prepared: PreparedDeath): void {
    this.#refuseWhenClosed();
    this.#backlog.add(prepared, { collapse: this.#problem !== undefined });
    this.#schedule();
  }

  submitGap(gap: EvidenceOf<'evidence_gap'>): void {
    this.#refuseWhenClosed();
    this.#backlog.addGap(gap);
    this.#schedule();
  }

  onRecorded(listener: RecordedListener): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  problem(): string | undefined {
    if (this.#problem === undefined) return undefined;
    const lost = this.#backlog.lost === 0 ? '' : ` ${String(this.#backlog.lost)} records had to be dropped.`;
    return `${this.#problem} ${String(this.#backlog.length)} deaths wait in memory.${lost}`;
  }

  get length(): number {
    return this.#backlog.length;
  }

  /** Writes what it can without waiting, and takes no more. Returns how many deaths are left. */
  close(): number {
    this.#closed = true;
    clearImmediate(this.#turn);
    clearTimeout(this.#retry);
    while (!this.#backlog.isEmpty && this.#step()) continue;
    this.#listeners.clear();
    return this.#backlog.length;
  }

  #refuseWhenClosed(): void {
    if (this.#closed) throw new InquestError('bad-usage', 'The store was closed.');
  }

  #schedule(): void {
    if (this.#closed || this.#turn !== undefined || this.#retry !== undefined || this.#backlog.isEmpty) return;
    this.#turn = setImmediate(() => {
      this.#turn = undefined;
      if (this.#step()) this.#schedule();
      else this.#retryLater();
    });
  }

  #retryLater(): void {
    this.#retry = setTimeout(() => {
      this.#retry = undefined;
      this.#schedule();
    }, this.#retryMs);
    this.#retryMs = Math.min(this.#retryMs * 2, this.#limits.longestRetryMs);
  }

  /** One transaction. False when the store cannot write for the time being. */
  #step(): boolean {
    const batch = this.#backlog.first(this.#batch);
    let recorded: readonly RecordedDeath[] = [];
    try {
      if (batch.length > 0) recorded = this.#target.write(batch);
      else this.#writeGap();
    } catch (error) {
      return this.#recover(error);
    }
    this.#backlog.written(batch.length);
    this.#batch = BATCH;
    this.#problem = undefined;
    this.#retryMs = this.#limits.firstRetryMs;
    this.#announce(batch, recorded);
    return true;
  }

  #writeGap(): void {
    const gap = this.#backlog.firstGap();
    if (gap === undefined) return;
    this.#target.writeGap(gap);
    this.#backlog.gapWritten(gap);
  }

  #announce(batch: readonly PreparedDeath[], recorded: readonly RecordedDeath[]): void {
    for (const [index, { death }] of batch.entries()) {
      const numbers = recorded[index];
      if (numbers?.changed !== true) continue;
      for (const listener of this.#listeners) listener(death, numbers);
    }
  }

  #recover(error: unknown): boolean {
    const reason = error instanceof InquestError ? error.reason : undefined;
    if (reason === 'bad-usage') {
      this.#isolate();
      return true;
    }
    const next = error instanceof InquestError && error.next !== undefined ? ` ${error.next}` : '';
    const isNews = this.#problem === undefined;
    this.#problem = `${messageOf(error)}${next}`;
    if (reason !== 'store-full') return false;
    return this.#makeRoom() && isNews;
  }

  /** One death of the batch cannot be stored whatever the disk does: find it, count it, go on with the others. */
  #isolate(): void {
    if (this.#batch > 1) this.#batch = 1;
    else this.#backlog.reject();
  }

  #makeRoom(): boolean {
    try {
      this.#target.makeRoom();
      return true;
    } catch (error) {
      this.#problem = `${this.#problem ?? ''} Nor could space be freed: ${messageOf(error)}`;
      return false;
    }
  }
}
