import type { LogTail } from '../../domain/evidence.ts';
import { LOG_READ_BYTES } from '../../domain/log-tail.ts';
import { parseRfc3339 } from '../../domain/time.ts';
import type { LogPart } from './log-parts.ts';
import { joinLogParts } from './log-parts.ts';
import type { FileEnd } from './safe-file.ts';
import { readEndBeneath } from './safe-file.ts';

/** With a timestamp and tags before every line, and short lines are common. */
const END_BYTES = LOG_READ_BYTES * 2;

/** `2026-11-24T22:49:39.436339936+00:00 stdout F text`: F a whole line or its last part, P a part of one. */
const LINE = /^(\S{20,40}) (stdout|stderr) ([FP])(?::\S*)? (.*)$/s;

/** The end of a log in the format of CRI, which Podman's `k8s-file` is too. `undefined` where there is none. */
export async function readK8sLog(root: string, path: string): Promise<LogTail | undefined> {
  const end = await readEndBeneath(root, path, END_BYTES);
  return end === undefined ? undefined : parseK8sLog(end);
}

export function parseK8sLog({ bytes, cut }: FileEnd): LogTail {
  const texts = bytes.toString('utf8').split('\n');
  // Where the file goes on before, the first line is the rest of one.
  if (cut) texts.shift();
  const parts = texts.map((text): LogPart | undefined => {
    const [, stamp, stream, tag, said] = LINE.exec(text) ?? [];
    if (stamp === undefined || said === undefined || (stream !== 'stdout' && stream !== 'stderr')) return undefined;
    const at = parseRfc3339(stamp);
    return { stream, text: said, isPartial: tag === 'P', ...(at !== undefined && { at }) };
  });
  return joinLogParts(
    parts.filter((part) => part !== undefined),
    cut,
  );
}
