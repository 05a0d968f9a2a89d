import type { Prompter } from './prompter.ts';
import type { Attempt } from './transport.ts';

/**
 * Gives work so many milliseconds, not counting while a person is asked. The signal of the attempt
 * that `work` gets aborts with `onExpiry()` when they are over, and with the outer signal's reason.
 */
export async function withDeadline<T>(
  attempt: Attempt,
  ms: number,
  onExpiry: () => Error,
  work: (attempt: Attempt) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const clock = new StopWatch(ms, () => {
    controller.abort(onExpiry());
  });
  const onAbort = (): void => {
    controller.abort(attempt.signal.reason);
  };
  attempt.signal.addEventListener('abort', onAbort, { once: true });
  if (attempt.signal.aborted) onAbort();
  const { prompter } = attempt;
  clock.start();
  try {
    const inner = {
      signal: controller.signal,
      prompter: prompter === undefined ? undefined : timedOut(prompter, clock),
    };
    return await work(inner);
  } finally {
    clock.end();
    attempt.signal.removeEventListener('abort', onAbort);
  }
}

/** Counts down while nobody is asked, however many questions are open at once. */
class StopWatch {
  #leftMs: number;
  readonly #onZero: () => void;
  #timer: NodeJS.Timeout | undefined;
  #startedAt = 0;
  #questions = 0;
  #isOver = false;

  constructor(ms: number, onZero: () => void) {
    this.#leftMs = ms;
    this.#onZero = onZero;
  }

  start(): void {
    if (this.#isOver || this.#questions > 0) return;
    this.#startedAt = performance.now();
    this.#timer = setTimeout(this.#onZero, this.#leftMs);
  }

  stop(): void {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#leftMs -= performance.now() - this.#startedAt;
  }

  /** For good, also for a question that is answered later. */
  end(): void {
    this.#isOver = true;
    this.stop();
  }

  async paused<T>(work: () => Promise<T>): Promise<T> {
    this.stop();
    this.#questions += 1;
    try {
      return await work();
    } finally {
      this.#questions -= 1;
      this.start();
    }
  }
}

function timedOut(prompter: Prompter, clock: StopWatch): Prompter {
  return {
    passphrase: (request, signal) => clock.paused(() => prompter.passphrase(request, signal)),
    password: (request, signal) => clock.paused(() => prompter.password(request, signal)),
    keyboardInteractive: (request, signal) => clock.paused(() => prompter.keyboardInteractive(request, signal)),
    confirmHostKey: (request, signal) => clock.paused(() => prompter.confirmHostKey(request, signal)),
  };
}
