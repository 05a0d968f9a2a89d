import type { ChangedParams } from '../domain/protocol.ts';
import type { AgentApi, ChangeKind, Unsubscribe } from './api.ts';
import type { ServerLimits } from './limits.ts';
import type { OutboundQueue } from './outbound-queue.ts';
import type { BoundedMessageWriter } from './writer.ts';

export type SubscriptionSource = Pick<AgentApi, 'changesAfter' | 'onChanged' | 'lastChange'>;

export interface SubscriptionOutput {
  readonly queue: OutboundQueue;
  readonly writer: BoundedMessageWriter;
  readonly limits: ServerLimits;
}

export interface SubscriptionStart {
  readonly after: number;
  readonly lastChange: number;
  readonly what: ChangeKind;
}

/**
 * Announces every change after a cursor, once and in order. The store is the only source: a live
 * announcement merely wakes the reader of it, so that nothing can arrive twice, out of order or
 * between two chairs.
 *
 * The backlog that a client asked for is paced by its reading. Live changes are not: when they pile
 * up past `slowReaderBytes` the client is told once, as soon as it has read what was queued, to
 * list again, and nothing is announced until it does.
 */
export class Subscription {
  readonly #source: SubscriptionSource;
  readonly #output: SubscriptionOutput;
  readonly #onError: (error: unknown) => void;
  readonly what: ChangeKind;
  #cursor: number;
  #liveFrom: number;
  #state: 'idle' | 'reading' | 'paused' | 'suspended' | 'ended' = 'paused';
  #woken = false;
  #resyncWaits = false;
  #stopListening: Unsubscribe | undefined;

  constructor(
    source: SubscriptionSource,
    output: SubscriptionOutput,
    start: SubscriptionStart,
    onError: (error: unknown) => void,
  ) {
    this.#source = source;
    this.#output = output;
    this.what = start.what;
    this.#cursor = start.after;
    this.#liveFrom = start.lastChange;
    this.#onError = onError;
  }

  start(): void {
    if (this.#state !== 'paused' || this.#stopListening !== undefined) return;
    this.#stopListening = this.#source.onChanged(() => {
      this.#woken = true;
      this.#run();
    });
    this.#state = 'idle';
    this.#woken = true;
    this.#run();
  }

  end(): void {
    this.#state = 'ended';
    this.#stopListening?.();
    this.#stopListening = undefined;
  }

  /**
   * The client has listed the changes between two numbers. Once a suspended subscription knows that
   * a list was `complete`, it goes on after it.
   */
  caughtUp(listedFrom: number, change: number, complete: boolean): void {
    if (this.#state !== 'suspended' || listedFrom > this.#cursor) return;
    this.#cursor = Math.max(this.#cursor, change);
    if (!complete) return;
    this.#liveFrom = this.#cursor;
    this.#state = 'idle';
    this.#woken = true;
    this.#run();
  }

  #run(): void {
    if (this.#state !== 'idle' || !this.#woken) return;
    this.#state = 'reading';
    this.#woken = false;
    const { pageSize } = this.#output.limits;
    this.#source.changesAfter(this.#cursor, pageSize, this.what).then(
      (page) => {
        this.#announce(page, page.length === pageSize);
      },
      (error: unknown) => {
        // The next change tries again from the same place.
        if (this.#state === 'reading') this.#state = 'idle';
        this.#onError(error);
      },
    );
  }

  #announce(page: readonly ChangedParams[], more: boolean): void {
    if (this.#state !== 'reading') return;
    const { queue, writer, limits } = this.#output;
    for (const change of page) {
      if (queue.bytes > limits.slowReaderBytes) {
        this.#suspend();
        return;
      }
      writer.notify('deaths/changed', change);
      this.#cursor = change.change;
    }
    this.#woken ||= more;
    if (this.#cursor < this.#liveFrom && queue.bytes > limits.catchUpQueueBytes) this.#pause();
    else this.#resume();
  }

  #pause(): void {
    this.#state = 'paused';
    this.#output.queue.onceDrained(() => {
      if (this.#state === 'paused') this.#resume();
    });
  }

  #resume(): void {
    this.#state = 'idle';
    this.#run();
  }

  #suspend(): void {
    this.#state = 'suspended';
    if (this.#resyncWaits) return;
    this.#resyncWaits = true;
    this.#output.queue.onceDrained(() => {
      this.#resyncWaits = false;
      if (this.#state === 'suspended') this.#output.writer.notify('deaths/resync', { change: this.#cursor });
    });
  }
}
