import type { LogLine, LogTail } from '../../domain/evidence.ts';
import { buildLogTail, LOG_LINE_BYTES } from '../../domain/log-tail.ts';
import { parseRfc3339 } from '../../domain/time.ts';
import type { FileEnd } from './safe-file.ts';
import { readEndBeneath } from './safe-file.ts';

/** The kept 64 KiB, with a timestamp and tags before every line, and short lines are common. */
const END_BYTES = 262_144;

/** `2026-11-24T22:49:39.436339936+00:00 stdout F text`: F a whole line or its last part, P a part of one. */
const LINE = /^(\S{20,40}) (stdout|stderr) ([FP])(?::\S*)? (.*)$/s;

type Stream = LogLine['stream'];

/** The end of a log in the format of CRI, which Podman's `k8s-file` is too. `undefined` where there is none. */
export async function readK8sLog(root: string, path: string): Promise<LogTail | undefined> {
  const end = await readEndBeneath(root, path, END_BYTES);
  return end === undefined ? undefined : parseK8sLog(end);
}

export function parseK8sLog({ bytes, cut }: FileEnd): LogTail {
  const texts = bytes.toString('utf8').split('\n');
  // Where the file goes on before, the first line is the rest of one.
  if (cut) texts.shift();
  const lines: LogLine[] = [];
  const open: Record<Stream, LogLine | undefined> = { stdout: undefined, stderr: undefined };
  let truncated = cut;
  for (const text of texts) {
    const [, stamp, stream, tag, said] = LINE.exec(text) ?? [];
    if (stamp === undefined || said === undefined || (stream !== 'stdout' && stream !== 'stderr')) continue;
    const begun = open[stream];
    const at = begun?.at ?? parseRfc3339(stamp);
    const whole = `${begun?.text ?? ''}${said}`;
    if (Buffer.byteLength(whole) > LOG_LINE_BYTES) truncated = true;
    const line: LogLine = { stream, text: clipBytes(whole), ...(at !== undefined && { at }) };
    if (tag === 'P') {
      open[stream] = line;
    } else {
      lines.push(line);
      open[stream] = undefined;
    }
  }
  // What the program was writing when it ended.
  for (const line of Object.values(open)) if (line !== undefined) lines.push(line);
  return buildLogTail(lines, truncated);
}

function clipBytes(text: string): string {
  const bytes = Buffer.from(text);
  return bytes.length <= LOG_LINE_BYTES ? text : bytes.toString('utf8', 0, LOG_LINE_BYTES);
}
