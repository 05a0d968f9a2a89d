import { closeSync, constants, openSync, readSync } from 'node:fs';
import { errorCode } from '../../domain/errors.ts';

/** CONSOLE_EXT_LOG_MAX: no record is longer, and a read takes exactly one. */
const RECORD_MAX = 8_192;

/** Where records come from. */
export interface KmsgSource {
  /** The next record; `empty` when there is none yet, `overrun` when the kernel overwrote what was next. */
  read(): { readonly record: string } | 'empty' | 'overrun';
  close(): void;
}

/**
 * Opens the kernel log at its oldest record. Non-blocking and read synchronously: a blocking read would
 * hold a thread of libuv's pool for ever and could not be ended, and a character device cannot be watched
 * with libuv's poll through Node.js. A read without news costs one system call.
 *
 * @throws the system's error when it cannot be opened
 */
export function openKmsg(path: string): KmsgSource {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const buffer = Buffer.alloc(RECORD_MAX);
  let isOpen = true;
  return {
    read: () => {
      // The number may be another file's by now.
      if (!isOpen) return 'empty';
      try {
        const bytes = readSync(fd, buffer, 0, buffer.length, null);
        return bytes === 0 ? 'empty' : { record: buffer.toString('utf8', 0, bytes) };
      } catch (error) {
        if (errorCode(error) === 'EAGAIN') return 'empty';
        if (errorCode(error) === 'EPIPE') return 'overrun';
        throw error;
      }
    },
    close: () => {
      if (isOpen) closeSync(fd);
      isOpen = false;
    },
  };
}
