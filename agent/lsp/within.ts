import { InquestError } from '../domain/errors.ts';

/**
 * Does something for at most so many milliseconds. The work's signal is aborted when the time is over or the outer
 * signal is; the promise rejects at once, whether or not the work heeds it.
 */
export async function within<T>(
  timeoutMs: number,
  outer: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  outer.throwIfAborted();
  const controller = new AbortController();
  const { promise: interrupted, reject } = Promise.withResolvers<never>();
  const stop = (reason: unknown): void => {
    controller.abort(reason);
    reject(reason);
  };
  const timer = setTimeout(() => {
    stop(new InquestError('timeout', `No answer within ${String(timeoutMs)} ms.`));
  }, timeoutMs);
  const onAbort = (): void => {
    stop(outer.reason);
  };
  outer.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([work(controller.signal), interrupted]);
  } finally {
    clearTimeout(timer);
    outer.removeEventListener('abort', onAbort);
  }
}
