import { KIB } from '../../domain/bytes.ts';
import type { KernelLogOom } from '../../domain/evidence.ts';

/** `oom-kill:constraint=…` of mm/oom_kill.c, since 5.0. */
export interface OomSummary {
  readonly constraint: KernelLogOom['constraint'];
  readonly cgroups: Pick<KernelLogOom, 'oomMemcg' | 'taskMemcg'>;
  readonly comm: string;
  readonly pid: number;
  readonly uid: number;
}

/** `Killed process …`: the line that follows, with what the victim used. */
export interface OomKilled {
  readonly isMemcg: boolean;
  readonly comm: string;
  readonly pid: number;
  readonly uid?: number;
  readonly usage: Pick<KernelLogOom, 'anonRssBytes' | 'fileRssBytes' | 'shmemRssBytes'>;
}

const CONSTRAINTS: ReadonlyMap<string, KernelLogOom['constraint']> = new Map([
  ['CONSTRAINT_NONE', 'none'],
  ['CONSTRAINT_MEMCG', 'memcg'],
  ['CONSTRAINT_CPUSET', 'cpuset'],
  ['CONSTRAINT_MEMORY_POLICY', 'mempolicy'],
]);

const SUMMARY = 'oom-kill:constraint=';
/** The task's name has at most 15 bytes, each up to four characters when escaped. */
const COMM = '.{0,60}';
const TAIL = new RegExp(`,task=(${COMM}),pid=(\\d{1,10}),uid=(\\d{1,10})$`);

/**
 * Read from the right: names of tasks and of cgroups below the container's may hold commas and words such
 * as `,task=`, and are chosen by the container.
 */
export function parseOomSummary(text: string): OomSummary | undefined {
  if (!text.startsWith(SUMMARY)) return undefined;
  const tail = TAIL.exec(text);
  if (tail === null) return undefined;
  const head = text.slice(SUMMARY.length, tail.index);
  const comma = head.indexOf(',');
  const constraint = CONSTRAINTS.get(comma < 0 ? head : head.slice(0, comma)) ?? 'unknown';
  const oomMemcg = between(head, ',oom_memcg=', ',task_memcg=');
  const taskMemcg = between(head, ',task_memcg=', undefined);
  return {
    constraint,
    cgroups: { ...(oomMemcg !== undefined && { oomMemcg }), ...(taskMemcg !== undefined && { taskMemcg }) },
    comm: tail[1] ?? '',
    pid: Number(tail[2]),
    uid: Number(tail[3]),
  };
}

function between(text: string, from: string, to: string | undefined): string | undefined {
  const start = text.indexOf(from);
  if (start < 0) return undefined;
  const rest = text.slice(start + from.length);
  const end = to === undefined ? -1 : rest.indexOf(to);
  return end < 0 ? rest : rest.slice(0, end);
}

const KILLED = new RegExp(
  `^(Memory cgroup out of memory|Out of memory[^:]{0,64}): Killed process (\\d{1,10}) \\((${COMM})\\),? total-vm:\\d+kB(.*)$`,
);

export function parseOomKilled(text: string): OomKilled | undefined {
  const match = KILLED.exec(text);
  if (match === null) return undefined;
  const rest = match[4] ?? '';
  const uid = /, UID:(\d{1,10})/.exec(rest)?.[1];
  const anon = rss(rest, 'anon');
  const file = rss(rest, 'file');
  const shmem = rss(rest, 'shmem');
  return {
    isMemcg: match[1]?.startsWith('Memory cgroup') === true,
    comm: match[3] ?? '',
    pid: Number(match[2]),
    ...(uid !== undefined && { uid: Number(uid) }),
    usage: {
      ...(anon !== undefined && { anonRssBytes: anon }),
      ...(file !== undefined && { fileRssBytes: file }),
      ...(shmem !== undefined && { shmemRssBytes: shmem }),
    },
  };
}

function rss(text: string, kind: 'anon' | 'file' | 'shmem'): number | undefined {
  const kib = new RegExp(`, ${kind}-rss:(\\d{1,12})kB`).exec(text)?.[1];
  return kib === undefined ? undefined : Number(kib) * KIB;
}

/** Both lines as one report. The pid of the second: the first may name a thread whose leader is gone. */
export function combineOom(summary: OomSummary | undefined, killed: OomKilled | undefined): KernelLogOom | undefined {
  const victim = killed ?? summary;
  if (victim === undefined) return undefined;
  const uid = summary?.uid ?? killed?.uid;
  return {
    kind: 'kernel_log_oom',
    constraint: summary?.constraint ?? (killed?.isMemcg === true ? 'memcg' : 'unknown'),
    ...summary?.cgroups,
    victimComm: victim.comm,
    victimPid: victim.pid,
    ...(uid !== undefined && { victimUid: uid }),
    ...killed?.usage,
  };
}
