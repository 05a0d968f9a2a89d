import { InquestError } from '../../domain/errors.ts';

/**
 * Runs a call with a signal that ends it after `timeoutMs` or when `closing` aborts. Settles then in any
 * case, also when the call does not listen.
 */
export function bounded<T>(
  timeoutMs: number,
  closing: AbortSignal,
  call: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      clearTimeout(timer);
      closing.removeEventListener('abort', onClosing);
    };
    const fail = (error: unknown): void => {
      settle();
      reject(error instanceof Error ? error : new InquestError('runtime-failed', String(error)));
    };
    const cancel = (error: unknown): void => {
      controller.abort(error);
      fail(error);
    };
    const onClosing = (): void => cancel(closing.reason);
    const timer = setTimeout(() => {
      cancel(new InquestError('timeout', `The container runtime did not answer within ${String(timeoutMs)} ms.`));
    }, timeoutMs);
    if (closing.aborted) {
      cancel(closing.reason);
      return;
    }
    closing.addEventListener('abort', onClosing, { once: true });
    call(controller.signal).then((value) => {
      settle();
      resolve(value);
    }, fail);
  });
}
