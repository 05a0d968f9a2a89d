import { messageOf } from '../domain/errors.ts';
import type { RetentionResult } from './types.ts';

/** Between two batches of one round, so that deaths are written in between. */
const BATCH_PAUSE_MS = 20;

/** Runs retention every `intervalMs`, batch by batch. Does not keep the process alive. */
export class RetentionTimer {
  readonly #run: () => RetentionResult;
  readonly #intervalMs: number;
  #timer: NodeJS.Timeout | undefined;
  #problem: string | undefined;

  constructor(run: () => RetentionResult, intervalMs: number) {
    this.#run = run;
    this.#intervalMs = intervalMs;
    if (intervalMs > 0) this.#after(intervalMs);
  }

  problem(): string | undefined {
    return this.#problem;
  }

  /** Goes on at once, where it runs at all. */
  soon(): void {
    if (this.#intervalMs <= 0) return;
    this.stop();
    this.#after(BATCH_PAUSE_MS);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #after(ms: number): void {
    this.#timer = setTimeout(() => {
      this.#after(this.#batch() ? BATCH_PAUSE_MS : this.#intervalMs);
    }, ms).unref();
  }

  #batch(): boolean {
    try {
      const { more } = this.#run();
      this.#problem = undefined;
      return more;
    } catch (error) {
      this.#problem = `Old deaths cannot be removed: ${messageOf(error)}`;
      return false;
    }
  }
}
