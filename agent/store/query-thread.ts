import { setTimeout as delay } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { InquestError, messageOf } from '../domain/errors.ts';
import type { Query, Request } from './reader-protocol.ts';
import { READY, isReply } from './reader-protocol.ts';

/** Memory of the thread, MiB: a page of 500 summaries and one body of the largest size fit well. */
const HEAP_MIB = 96;
const YOUNG_MIB = 4;
/** How long a thread may take to end by itself. */
const CLOSE_MS = 1_000;

export interface QueryJob {
  readonly query: Query;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: InquestError) => void;
}

export interface ThreadEvents {
  /** It has its code and the database: from here on it is the query that takes its time. */
  readonly started: () => void;
  /** The query is answered: there can be another one. */
  readonly idle: () => void;
  readonly ended: () => void;
}

/** One reader thread, which has at most one query at a time. Keeps the process alive only while it has one. */
export class QueryThread {
  readonly #worker: Worker;
  readonly #events: ThreadEvents;
  readonly #exited: Promise<void>;
  #job: QueryJob | undefined;
  #isStarted = false;
  #number = 0;

  constructor(url: URL, path: string, events: ThreadEvents) {
    this.#events = events;
    this.#worker = new Worker(url, {
      name: 'inquest-reader',
      workerData: { path },
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MIB, maxYoungGenerationSizeMb: YOUNG_MIB },
    });
    let why = '';
    this.#worker.on('error', (error) => {
      why = `: ${messageOf(error)}`;
    });
    this.#worker.on('message', (message: unknown) => {
      if (message === READY) {
        this.#isStarted = true;
        events.started();
      } else this.#receive(message);
    });
    this.#exited = new Promise((resolve) => {
      this.#worker.once('exit', () => {
        resolve();
        this.fail(new InquestError('store-failed', `The reader of the store ended unexpectedly${why}.`));
        events.ended();
      });
    });
    this.#worker.unref();
  }

  get isStarted(): boolean {
    return this.#isStarted;
  }

  get isBusy(): boolean {
    return this.#job !== undefined;
  }

  ask(job: QueryJob): void {
    this.#job = job;
    this.#number += 1;
    this.#worker.ref();
    this.#send({ number: this.#number, query: job.query });
  }

  /** Rejects the query that runs, if any; its answer is then ignored. */
  fail(error: InquestError): void {
    const job = this.#job;
    this.#job = undefined;
    job?.reject(error);
  }

  /** Ends the thread; resolves when it is gone, which a running SQL statement can delay: it cannot be interrupted. */
  async abandon(): Promise<void> {
    this.#worker.unref();
    await this.#worker.terminate();
  }

  /** Lets the thread close its connection, and ends it when that takes too long. */
  async close(): Promise<void> {
    const patience = new AbortController();
    this.#worker.ref();
    this.#send('close');
    const closed = this.#exited.then(() => 'closed' as const);
    const tooLong = delay(CLOSE_MS, 'too-long' as const, { signal: patience.signal }).catch(() => 'closed' as const);
    if ((await Promise.race([closed, tooLong])) === 'too-long') await this.abandon();
    patience.abort();
  }

  #send(request: Request): void {
    this.#worker.postMessage(request);
  }

  #receive(message: unknown): void {
    const job = this.#job;
    if (job === undefined || !isReply(message) || message.number !== this.#number) return;
    this.#job = undefined;
    this.#worker.unref();
    if ('result' in message) job.resolve(message.result);
    else {
      const { reason, message: text, next } = message;
      job.reject(new InquestError(reason, text, next === undefined ? {} : { next }));
    }
    this.#events.idle();
  }
}
