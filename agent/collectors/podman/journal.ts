import { execFile } from 'node:child_process';
import * as z from 'zod';
import { errorCode, InquestError, messageOf } from '../../domain/errors.ts';
import type { LogTail } from '../../domain/evidence.ts';
import { LOG_READ_LINES } from '../../domain/log-tail.ts';
import type { LogPart } from '../shared/log-parts.ts';
import { joinLogParts } from '../shared/log-parts.ts';

/** Which lines of the journal are a container's. */
export interface JournalQuery {
  readonly containerId: string;
  /** Whose conmon wrote them. Anybody may write into the journal, but not as somebody else. */
  readonly uid: number;
  /** Where the journal is; that of this machine where it is not said. */
  readonly directory?: string;
}

const TIMEOUT_MS = 10_000;
/** conmon hands on 8 KiB at once, and JSON may make six bytes of one. */
const OUTPUT_BYTES_MAX = 16 * 1_024 * 1_024;
const STDERR_PRIORITY = '3';

/* A text, or the bytes of what is none; other fields come as somebody wrote them. */
const entrySchema = z.object({
  MESSAGE: z.union([z.string(), z.array(z.number().int().min(0).max(255))]),
  PRIORITY: z.unknown().optional(),
  CONTAINER_PARTIAL_MESSAGE: z.unknown().optional(),
  __REALTIME_TIMESTAMP: z.string().regex(/^\d{1,16}$/),
});

/**
 * The end of a container's log that conmon writes into systemd's journal (`--log-driver journald`, Podman's default
 * where systemd runs). `undefined` where the journal has nothing of it.
 *
 * @throws InquestError `runtime-failed` where journalctl is missing or fails
 */
export async function readJournal(query: JournalQuery): Promise<LogTail | undefined> {
  const text = await journalctl([
    ...['--no-pager', '--quiet', '--all', '--output', 'json', '--lines', String(LOG_READ_LINES)],
    ...['--output-fields', 'MESSAGE,PRIORITY,CONTAINER_PARTIAL_MESSAGE'],
    ...(query.directory === undefined ? [] : ['--directory', query.directory]),
    `CONTAINER_ID_FULL=${query.containerId}`,
    '_COMM=conmon',
    `_UID=${String(query.uid)}`,
  ]);
  return text === '' ? undefined : parseJournal(text);
}

/** @param text one JSON object a line, as `journalctl --output json` prints them. */
export function parseJournal(text: string): LogTail {
  const entries = text.split('\n').filter((line) => line !== '');
  const parts = entries.map(partOf).filter((part) => part !== undefined);
  return joinLogParts(parts, entries.length >= LOG_READ_LINES || parts.length < entries.length);
}

function partOf(line: string): LogPart | undefined {
  const entry = entrySchema.safeParse(parsed(line));
  if (!entry.success) return undefined;
  const { MESSAGE: message, PRIORITY, CONTAINER_PARTIAL_MESSAGE, __REALTIME_TIMESTAMP } = entry.data;
  return {
    stream: PRIORITY === STDERR_PRIORITY ? 'stderr' : 'stdout',
    // Some conmons leave the end of the line on it.
    text: (typeof message === 'string' ? message : Buffer.from(message).toString('utf8')).replace(/\n$/, ''),
    at: Number(__REALTIME_TIMESTAMP),
    isPartial: CONTAINER_PARTIAL_MESSAGE === 'true',
  };
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    // Somebody's bytes that no JSON came of: counted as left out.
    return undefined;
  }
}

function journalctl(argv: readonly string[]): Promise<string> {
  const options = { timeout: TIMEOUT_MS, maxBuffer: OUTPUT_BYTES_MAX, env: { ...process.env, LC_ALL: 'C' } };
  return new Promise((resolve, reject) => {
    execFile('journalctl', argv, options, (error, stdout, stderr) => {
      if (error === null) {
        resolve(stdout);
        return;
      }
      // It ended without a complaint: no line was found.
      if (error.code === 1 && stdout === '' && stderr === '') {
        resolve('');
        return;
      }
      const why = errorCode(error) === 'ENOENT' ? 'journalctl is not there' : stderr.trim() || messageOf(error);
      reject(new InquestError('runtime-failed', `The journal could not be read: ${why}`));
    });
  });
}
