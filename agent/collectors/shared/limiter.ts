import { InquestError } from '../../domain/errors.ts';

interface Waiting {
  readonly begin: () => void;
  readonly refuse: (error: unknown) => void;
}

const QUEUE_MAX = 4_096;

/** Runs at most `width` tasks at a time, urgent ones first. */
export class Limiter {
  readonly #width: number;
  readonly #urgent: Waiting[] = [];
  readonly #waiting: Waiting[] = [];
  #running = 0;

  constructor(width: number) {
    this.#width = width;
  }

  async run<T>(task: () => Promise<T>, urgent = false): Promise<T> {
    await this.#turn(urgent ? this.#urgent : this.#waiting);
    try {
      return await task();
    } finally {
      this.#running -= 1;
      this.#next();
    }
  }

  #turn(queue: Waiting[]): Promise<void> {
    if (this.#running < this.#width) {
      this.#running += 1;
      return Promise.resolve();
    }
    if (queue.length >= QUEUE_MAX) {
      return Promise.reject(new InquestError('runtime-failed', 'Too many questions wait for the container runtime.'));
    }
    return new Promise((resolve, reject) => queue.push({ begin: resolve, refuse: reject }));
  }

  #next(): void {
    const next = this.#urgent.shift() ?? this.#waiting.shift();
    if (next === undefined) return;
    this.#running += 1;
    next.begin();
  }

  /** Rejects everything that still waits. */
  refuseWaiting(error: unknown): void {
    for (const { refuse } of [...this.#urgent.splice(0), ...this.#waiting.splice(0)]) refuse(error);
  }
}
