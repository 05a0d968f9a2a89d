import { parseContainerCgroup } from '../../domain/cgroup-path.ts';
import type { Evidence, KernelLogOom } from '../../domain/evidence.ts';
import type { EpochUs } from '../../domain/time.ts';
import { parseFault } from './fault-lines.ts';
import { OomDump } from './oom-dump.ts';
import { combineOom, type OomKilled, type OomSummary, parseOomKilled, parseOomSummary } from './oom-lines.ts';
import { parseKmsgRecord } from './record.ts';

export interface InterpreterOptions {
  /** What to add to the log's clock to get microseconds of the epoch. */
  readonly bootOffsetUs: number;
  /** The container a process runs or ran in, where somebody knows it. */
  readonly containerOf?: (pid: number) => string | undefined;
  /** The container of a process that runs now; asked about the biggest ones when memory ran out. */
  readonly containerOfLiving?: (pid: number) => string | undefined;
}

/** Every process can write to /dev/kmsg; the kernel never lets it claim facility 0, its own. */
const FACILITY_KERNEL = 0;
/** Between both lines of one kill there are at most those of a task dump that was switched on late. */
const PAIR_WITHIN_US = 2_000_000;

/** Turns records of the kernel log into evidence. Keeps the first line of an out-of-memory report for its second. */
export class KmsgInterpreter {
  readonly #options: InterpreterOptions;
  #summary: { readonly at: EpochUs; readonly line: OomSummary; readonly dump: OomDump } | undefined;
  #dump = new OomDump();
  #nextSequence: number | undefined;

  constructor(options: InterpreterOptions) {
    this.#options = options;
  }

  /** Evidence of one record. Records that the kernel overwrote before they were read come as a gap. */
  take(raw: string): readonly Evidence[] {
    const record = parseKmsgRecord(raw);
    if (record === undefined) return [];
    const at = this.#options.bootOffsetUs + record.clockUs;
    const out = this.#gapBefore(record.sequence, at);
    if (record.facility !== FACILITY_KERNEL) return out;
    const summary = parseOomSummary(record.text);
    if (summary !== undefined) {
      out.push(...this.flush());
      // The dump came before this line; what comes next is another one's.
      this.#summary = { at, line: summary, dump: this.#dump };
      this.#dump = new OomDump();
      return out;
    }
    this.#dump.take(record.text);
    const killed = parseOomKilled(record.text);
    if (killed !== undefined) return [...out, ...this.#pair(killed, at)];
    const fault = parseFault(record.text);
    if (fault !== undefined)
      out.push({ at, source: 'kmsg', containerId: this.#options.containerOf?.(fault.pid), data: fault });
    return out;
  }

  /** What still waits for a second line that has not come: rate limits can drop it. */
  flush(): Evidence[] {
    const waiting = this.#summary;
    this.#summary = undefined;
    return waiting === undefined ? [] : this.#oom(waiting.line, undefined, waiting.at, waiting.dump);
  }

  #pair(killed: OomKilled, at: EpochUs): readonly Evidence[] {
    const waiting = this.#summary;
    const isPair =
      waiting !== undefined &&
      at - waiting.at <= PAIR_WITHIN_US &&
      (waiting.line.pid === killed.pid || waiting.line.comm === killed.comm);
    if (!isPair) return [...this.flush(), ...this.#oom(undefined, killed, at, new OomDump())];
    this.#summary = undefined;
    return this.#oom(waiting.line, killed, waiting.at, waiting.dump);
  }

  #oom(summary: OomSummary | undefined, killed: OomKilled | undefined, at: EpochUs, dumped: OomDump): Evidence[] {
    const data = combineOom(summary, killed);
    if (data === undefined) return [];
    const dump = this.#finishDump(dumped, data);
    const path = data.taskMemcg === undefined ? undefined : parseContainerCgroup(data.taskMemcg);
    const byPid = this.#options.containerOf?.(data.victimPid);
    return [
      {
        at,
        source: 'kmsg',
        // Of one in another container the path's first is the outer: which of the two counts is known by the kill.
        containerId: path?.innerId === undefined ? (path?.containerId ?? byPid) : (byPid ?? path.containerId),
        data: { ...data, ...dump },
      },
    ];
  }

  /** A group above containers, or the machine: whose process each is matters as much as its size. */
  #finishDump(dump: OomDump, data: KernelLogOom): Pick<KernelLogOom, 'memory' | 'processes'> {
    const { processes, ...rest } = dump.finish(data.victimPid, rssOf(data));
    if (processes === undefined) return rest;
    return {
      ...rest,
      processes: processes.map((process) => {
        const containerId = this.#options.containerOfLiving?.(process.pid);
        return containerId === undefined ? process : { ...process, containerId };
      }),
    };
  }

  #gapBefore(sequence: number, at: EpochUs): Evidence[] {
    const expected = this.#nextSequence;
    this.#nextSequence = sequence + 1;
    if (expected === undefined || sequence <= expected) return [];
    const data = {
      kind: 'evidence_gap',
      reason: 'ring_full',
      lost: sequence - expected,
      recordKinds: ['kernel_log'],
    } as const;
    return [{ at, source: 'kmsg', containerId: undefined, data }];
  }
}

function rssOf({ anonRssBytes, fileRssBytes, shmemRssBytes }: KernelLogOom): number | undefined {
  return anonRssBytes === undefined ? undefined : anonRssBytes + (fileRssBytes ?? 0) + (shmemRssBytes ?? 0);
}
