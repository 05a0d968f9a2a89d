import { Worker } from 'node:worker_threads';
import type { ProcessFault } from '../domain/evidence.ts';
import type { CapturedFault } from '../domain/fault.ts';
import type { OpenBeneath, OpenedCode } from './open-code.ts';
import { closeCode, openCode } from './open-code.ts';
import { resolveFault } from './resolve.ts';
import type { Work } from './worker-protocol.ts';
import { READY, isDone } from './worker-protocol.ts';

const WORKER_URL = new URL(
  import.meta.url.endsWith('.ts') ? './backtrace-worker.ts' : './backtrace-worker.mjs',
  import.meta.url,
);
/** Memory of the thread, MiB. What it reads of files is not counted by it. */
const HEAP_MIB = 192;
/** The largest binaries take a second or two, and ten times that on a machine under load. */
const PATIENCE_MS = 20_000;
/** For the thread to be there and to have its code: however long that takes, no binary is to blame. */
const START_MS = 60_000;
/** A crash seldom comes alone; a thread that waits costs memory. */
const IDLE_MS = 20_000;
/** In a storm of crashes those beyond get no names, so that nobody waits for them. */
const WAITING_MAX = 16;

interface Job {
  readonly captured: CapturedFault;
  readonly files: OpenedCode;
  readonly resolve: (fault: ProcessFault) => void;
}

/**
 * Turns captured faults into backtraces, one after the other, on a thread of its own: binaries of containers are
 * hostile, and nothing in them may delay the agent or bring it down.
 */
export class Backtracer {
  readonly #open: OpenBeneath;
  readonly #waiting: Job[] = [];
  #worker: Worker | undefined;
  #current: Job | undefined;
  #patience: NodeJS.Timeout | undefined;
  #idle: NodeJS.Timeout | undefined;

  constructor(open: OpenBeneath) {
    this.#open = open;
  }

  /** Never rejects: what cannot be worked out is missing from the frames. */
  resolve(captured: CapturedFault): Promise<ProcessFault> {
    if (this.#waiting.length >= WAITING_MAX) return Promise.resolve(withoutFiles(captured));
    // At once, while the files are sure to be there.
    const files = openCode(captured.code, this.#open);
    return new Promise((resolve) => {
      this.#waiting.push({ captured, files, resolve });
      this.#next();
    });
  }

  /** Ends the thread. What waits is answered without names. */
  async close(): Promise<void> {
    for (const job of this.#waiting.splice(0)) finish(job, withoutFiles(job.captured));
    await this.#end();
  }

  #next(): void {
    if (this.#current !== undefined) return;
    const job = this.#waiting.shift();
    if (job === undefined) {
      this.#idle = setTimeout(() => void this.#end(), IDLE_MS).unref();
      return;
    }
    clearTimeout(this.#idle);
    this.#current = job;
    this.#wait(this.#worker === undefined ? START_MS : PATIENCE_MS);
    const work: Work = { captured: job.captured, files: job.files };
    this.#worker ??= this.#start();
    this.#worker.postMessage(work);
  }

  #wait(ms: number): void {
    clearTimeout(this.#patience);
    this.#patience = setTimeout(() => void this.#end(), ms).unref();
  }

  #start(): Worker {
    const worker = new Worker(WORKER_URL, {
      name: 'inquest-backtrace',
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MIB },
    });
    worker.unref();
    worker.on('message', (message: unknown) => {
      if (isDone(message)) this.#answer(message.fault);
      else if (message === READY && this.#current !== undefined) this.#wait(PATIENCE_MS);
    });
    // A thread that fails ends; its exit tells.
    worker.on('error', () => undefined);
    worker.on('exit', () => {
      if (this.#worker === worker) this.#worker = undefined;
      const job = this.#current;
      if (job !== undefined) this.#answer(withoutFiles(job.captured));
    });
    return worker;
  }

  #answer(fault: ProcessFault): void {
    clearTimeout(this.#patience);
    const job = this.#current;
    this.#current = undefined;
    if (job !== undefined) finish(job, fault);
    this.#next();
  }

  async #end(): Promise<void> {
    clearTimeout(this.#idle);
    clearTimeout(this.#patience);
    await this.#worker?.terminate();
  }
}

function finish({ files, resolve }: Job, fault: ProcessFault): void {
  closeCode(files);
  resolve(fault);
}

/** What the kernel's record tells by itself: files, offsets, and the chain of frame pointers. */
function withoutFiles(captured: CapturedFault): ProcessFault {
  return resolveFault(captured, () => undefined);
}
