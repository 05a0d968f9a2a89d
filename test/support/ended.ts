/**
 * Aborted by Ctrl-C or SIGTERM: whoever asks for it clears up, and ends by itself. A second signal changes nothing:
 * make passes on what `timeout` has sent to all of them already.
 */
export function endedFromOutside(): AbortSignal {
  const ended = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      ended.abort(new Error(`ended by ${name}`));
    });
  }
  return ended.signal;
}

/** Resolves as the work does. @throws the reason of the abortion as soon as there is one */
export async function unlessEnded<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  return await Promise.race([
    work,
    new Promise<never>((_resolve, reject) => {
      signal.addEventListener(
        'abort',
        () => {
          reject(signal.reason instanceof Error ? signal.reason : new Error(String(signal.reason)));
        },
        { once: true },
      );
    }),
  ]);
}
