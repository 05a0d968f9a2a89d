import { KIB } from './bytes.ts';
import type { LogLine, LogTail } from './evidence.ts';
import { foldTraces } from './log-trace.ts';
import { createLineRedactor } from './redact.ts';

export const LOG_TAIL_LINES = 200;
/** What is read to find them: the message before a long stack trace is worth more than the trace. */
export const LOG_READ_LINES = 2_000;
export const LOG_READ_BYTES = 256 * KIB;
export const LOG_TAIL_BYTES = 64 * KIB;
export const LOG_LINE_BYTES = 4 * KIB;

const utf8 = new TextEncoder();

/**
 * A log tail as it may be kept: secrets out, long stack traces shortened, at most LOG_TAIL_LINES lines and
 * LOG_TAIL_BYTES of UTF-8, the oldest dropped first.
 *
 * @param lines oldest first, each already cut to LOG_LINE_BYTES
 * @param truncated whether the reader cut or dropped something before
 */
export function buildLogTail(lines: readonly LogLine[], truncated: boolean): LogTail {
  const redact = createLineRedactor();
  let redactions = 0;
  // Before the oldest are dropped: the first line of a private key tells what the next ones are.
  const clean = newest(lines, LOG_READ_LINES, LOG_READ_BYTES).map((line): LogLine => {
    const { text, count } = redact(line.text);
    redactions += count;
    return { ...line, text };
  });
  const fits = clean.length <= LOG_TAIL_LINES;
  const kept = newest(fits ? clean : foldTraces(clean), LOG_TAIL_LINES, LOG_TAIL_BYTES);
  return { kind: 'log_tail', lines: kept, truncated: truncated || kept.length < lines.length, redactions };
}

/** The last lines that are together within both bounds. */
function newest(lines: readonly LogLine[], most: number, mostBytes: number): readonly LogLine[] {
  let bytes = 0;
  let first = lines.length;
  while (first > 0 && lines.length - first < most) {
    bytes += utf8.encode(lines[first - 1]?.text ?? '').length;
    if (bytes > mostBytes) break;
    first -= 1;
  }
  return lines.slice(first);
}
