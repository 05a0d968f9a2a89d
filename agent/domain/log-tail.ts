import { KIB } from './bytes.ts';
import type { LogLine, LogTail } from './evidence.ts';
import { createLineRedactor } from './redact.ts';

export const LOG_TAIL_LINES = 200;
export const LOG_TAIL_BYTES = 64 * KIB;
export const LOG_LINE_BYTES = 4 * KIB;

const utf8 = new TextEncoder();

/**
 * A log tail as it may be kept: secrets out, at most LOG_TAIL_LINES lines and LOG_TAIL_BYTES of UTF-8,
 * the oldest dropped first.
 *
 * @param lines oldest first, each already cut to LOG_LINE_BYTES
 * @param truncated whether the reader cut or dropped something before
 */
export function buildLogTail(lines: readonly LogLine[], truncated: boolean): LogTail {
  const redact = createLineRedactor();
  let redactions = 0;
  // Before the oldest are dropped: the first line of a private key tells what the next ones are.
  const clean = lines.map((line): LogLine => {
    const { text, count } = redact(line.text);
    redactions += count;
    return { ...line, text };
  });
  const kept: LogLine[] = [];
  let bytes = 0;
  for (const line of clean.toReversed()) {
    bytes += utf8.encode(line.text).length;
    if (kept.length === LOG_TAIL_LINES || bytes > LOG_TAIL_BYTES) break;
    kept.push(line);
  }
  return { kind: 'log_tail', lines: kept.reverse(), truncated: truncated || kept.length < lines.length, redactions };
}
