import type { LogLine, LogTail } from '../../domain/evidence.ts';
import { buildLogTail, LOG_LINE_BYTES } from '../../domain/log-tail.ts';

/** What a runtime wrote down at once: a whole line or its last part, or a part that more follows. */
export type LogPart = LogLine & { readonly isPartial: boolean };

/**
 * Puts lines together that were written down in parts, each stream for itself. A line has the time of its first part.
 *
 * @param truncated whether something before was left out
 */
export function joinLogParts(parts: Iterable<LogPart>, truncated: boolean): LogTail {
  const lines: LogLine[] = [];
  const open: Record<LogLine['stream'], LogLine | undefined> = { stdout: undefined, stderr: undefined };
  let isCut = truncated;
  for (const { stream, text, at: written, isPartial } of parts) {
    const begun = open[stream];
    const at = begun?.at ?? written;
    const whole = `${begun?.text ?? ''}${text}`;
    if (Buffer.byteLength(whole) > LOG_LINE_BYTES) isCut = true;
    const line: LogLine = { stream, text: clipBytes(whole), ...(at !== undefined && { at }) };
    if (isPartial) {
      open[stream] = line;
    } else {
      lines.push(line);
      open[stream] = undefined;
    }
  }
  // What the program was writing when it ended.
  for (const line of Object.values(open)) if (line !== undefined) lines.push(line);
  return buildLogTail(lines, isCut);
}

function clipBytes(text: string): string {
  const bytes = Buffer.from(text);
  return bytes.length <= LOG_LINE_BYTES ? text : bytes.toString('utf8', 0, LOG_LINE_BYTES);
}
