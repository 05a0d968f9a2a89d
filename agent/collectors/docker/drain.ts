import type { Readable } from 'node:stream';

/** Feeds a stream to `take` until its end or the limit; resolves to whether it ended by itself. */
export async function drain(
  stream: Readable,
  signal: AbortSignal,
  limitBytes: number,
  take: (chunk: Buffer) => void,
): Promise<boolean> {
  const abort = (): void => {
    stream.destroy();
  };
  signal.addEventListener('abort', abort, { once: true });
  try {
    let bytes = 0;
    for await (const chunk of stream) {
      if (!Buffer.isBuffer(chunk)) continue;
      bytes += chunk.length;
      take(chunk);
      if (bytes > limitBytes) return false;
    }
    return true;
  } finally {
    signal.removeEventListener('abort', abort);
    stream.destroy();
  }
}
