import { InquestError } from '../domain/errors.ts';
import type { QueryJob } from './query-thread.ts';
import { QueryThread } from './query-thread.ts';
import type { Query } from './reader-protocol.ts';

const MAX_WAITING = 128;
/** Threads that were given up and still finish a statement. Beyond, more threads would only add load. */
const MAX_LEAVING = 2;

/** A thread that nobody needs costs some 20 MiB; a new one takes some tens of milliseconds. */
const REST_AFTER_MS = 10_000;
/**
 * For a thread to begin. On a machine that is short of processor time it takes seconds, and one that was given up then
 * would only be followed by another that is no faster.
 */
const START_MS = 60_000;

interface WaitingJob extends QueryJob {
  readonly patience: NodeJS.Timeout;
}

export interface QueueOptions {
  readonly url: URL;
  readonly path: string;
  /** Allowed in the queue, and again for the answer; the start of the thread counts for neither. */
  readonly timeoutMs: number;
  /** Milliseconds without a query after which the thread ends. */
  readonly restAfterMs?: number;
}

/** Queries in order to one thread, which is replaced when it is too slow or dies. */
export class QueryQueue {
  readonly #options: QueueOptions;
  readonly #waiting: WaitingJob[] = [];
  readonly #leaving = new Set<QueryThread>();
  #thread: QueryThread | undefined;
  #running: NodeJS.Timeout | undefined;
  #rest: NodeJS.Timeout | undefined;
  #resting: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(options: QueueOptions) {
    this.#options = options;
  }

  ask(query: Query): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const refusal = this.#refusal();
      if (refusal !== undefined) {
        reject(refusal);
        return;
      }
      const job: WaitingJob = {
        query,
        resolve,
        reject,
        patience: setTimeout(() => {
          this.#waiting.splice(this.#waiting.indexOf(job), 1);
          reject(tooSlow());
        }, this.#limitMs(this.#thread)),
      };
      this.#waiting.push(job);
      this.#pump();
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const job of this.#waiting.splice(0)) {
      clearTimeout(job.patience);
      job.reject(closedError());
    }
    clearTimeout(this.#rest);
    await Promise.all([this.#resting, this.#thread?.close()]);
  }

  #refusal(): InquestError | undefined {
    if (this.#closed) return closedError();
    if (this.#waiting.length >= MAX_WAITING || this.#leaving.size > MAX_LEAVING) return tooSlow();
    return undefined;
  }

  #pump(): void {
    if (this.#closed || this.#thread?.isBusy === true) return;
    const job = this.#waiting.shift();
    clearTimeout(this.#rest);
    if (job === undefined) {
      this.#restSoon();
      return;
    }
    clearTimeout(job.patience);
    this.#thread ??= this.#start();
    const thread = this.#thread;
    this.#limit(thread);
    thread.ask(job);
  }

  #limit(thread: QueryThread): void {
    clearTimeout(this.#running);
    this.#running = setTimeout(() => {
      this.#replace(thread);
    }, this.#limitMs(thread));
  }

  #limitMs(thread: QueryThread | undefined): number {
    return thread?.isStarted === true ? this.#options.timeoutMs : START_MS;
  }

  #restSoon(): void {
    this.#rest = setTimeout(() => {
      const thread = this.#thread;
      if (thread === undefined || thread.isBusy) return;
      this.#thread = undefined;
      this.#resting = Promise.all([this.#resting, thread.close()]).then(() => undefined);
    }, this.#options.restAfterMs ?? REST_AFTER_MS).unref();
  }

  #start(): QueryThread {
    const thread: QueryThread = new QueryThread(this.#options.url, this.#options.path, {
      started: () => {
        if (this.#thread === thread && thread.isBusy) this.#limit(thread);
      },
      idle: () => {
        clearTimeout(this.#running);
        this.#pump();
      },
      ended: () => {
        this.#leaving.delete(thread);
        if (this.#thread !== thread) return;
        clearTimeout(this.#running);
        this.#thread = undefined;
        this.#pump();
      },
    });
    return thread;
  }

  #replace(thread: QueryThread): void {
    this.#thread = undefined;
    this.#leaving.add(thread);
    thread.fail(tooSlow());
    // Its end is told by `ended`; whoever asked has been answered and nobody waits for it.
    void thread.abandon();
    this.#pump();
  }
}

function tooSlow(): InquestError {
  return new InquestError('timeout', 'The store took too long to answer.', {
    next: 'Try again, or ask for less: a shorter time, a container, a cause.',
  });
}

function closedError(): InquestError {
  return new InquestError('store-failed', 'The store was closed.');
}
