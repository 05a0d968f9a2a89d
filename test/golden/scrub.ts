import { BORN_AT } from '../support/senders.ts';
import { isRecord } from '../../agent/store/shape.ts';
import type { Recording } from './recording.ts';
import { parseRecording } from './recording.ts';

/** Folders and names of the machine, and what stands for each in a recording. */
export type Replacements = ReadonlyMap<string, string>;

/** Times of the epoch within this of the recording; every other number is no time. */
const DAY_US = 86_400_000_000;

/**
 * Takes the machine out of a recording: times count from one fixed moment, paths and names are replaced,
 * and of the processes above the recorder and of the machine's init nothing but their place is left.
 */
export function scrub(recording: Recording, replacements: Replacements, recorderPid: number): Recording {
  const origin = Math.min(...recording.map(({ arrived }) => arrived));
  const clean = (value: unknown): unknown => {
    if (typeof value === 'number') return Math.abs(value - origin) < DAY_US ? value - origin + BORN_AT : value;
    if (typeof value === 'string') return replaced(value, replacements);
    if (Array.isArray(value)) return value.map(clean);
    if (!isRecord(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, clean(cut(key, field, recorderPid))]));
  };
  const lines = recording.map((arrival) => JSON.stringify(clean(arrival)));
  // By the way through its own format it is what a reader gets.
  return parseRecording(lines.join('\n'), 'a scrubbed recording');
}

function replaced(text: string, replacements: Replacements): string {
  const known = [...replacements].reduce((result, [from, to]) => result.replaceAll(from, to), text);
  return known.replaceAll(STAGE, '/srv/stage');
}

/** Folders that scenarios make for themselves. */
const STAGE = /\/[\w/-]+\/inq-stage-\w+/g;

const INIT_PID = 1;

function cut(key: string, value: unknown, recorderPid: number): unknown {
  if (key !== 'ancestry' || !Array.isArray(value)) return value;
  const ancestors: unknown[] = [];
  for (const ancestor of value) {
    if (!isRecord(ancestor)) continue;
    if (ancestor['pid'] === INIT_PID) {
      ancestors.push({ ...ancestor, comm: 'systemd', exe: 'systemd', argv: ['/sbin/init'] });
      break;
    }
    ancestors.push(ancestor);
    if (ancestor['pid'] === recorderPid) break;
  }
  return ancestors;
}
