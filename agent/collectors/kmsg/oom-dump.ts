import { KIB } from '../../domain/bytes.ts';
import type { KernelLogOom, OomMemory, OomProcess } from '../../domain/evidence.ts';

/** Biggest processes that are kept of a table that may have every process of the machine. */
const KEPT_PROCESSES = 10;
/** Rows held while a table is read. */
const MOST_ROWS = 4_096;
const PAGE_SIZES = [4 * KIB, 16 * KIB, 64 * KIB];
const STATS = 'Memory cgroup stats for ';
const TASKS = 'Tasks state (memory values in pages)';
const USAGE = /^memory: usage (\d{1,15})kB, limit /;
const KERNEL_USAGE = /^kmem: usage (\d{1,15})kB, /;
const STAT = /^([a-z_]{1,40}) (\d{1,18})$/;
const TASK = /^\[ {0,10}(\d{1,10})\] {0,10}(\d{1,10}) {1,10}(\d{1,10}) {1,20}(\d{1,15}) {1,20}(\d{1,15}) (.{1,200})$/;

interface Row {
  readonly tgid: number;
  readonly pages: number;
  readonly name: string;
}

/**
 * What the kernel prints between “invoked oom-killer” and the line that names the victim: what the group's memory was
 * made of, and every process in it with its size. Each line is a record of its own.
 */
export class OomDump {
  #usageBytes: number | undefined;
  #kernelBytes: number | undefined;
  readonly #stats = new Map<string, number>();
  #rows: Row[] = [];
  #reads: 'nothing' | 'stats' | 'tasks' = 'nothing';
  #columns = 0;

  /** Takes a line where it belongs to a dump. */
  take(text: string): void {
    if (text.includes('invoked oom-killer:')) this.clear();
    else if (text.startsWith(STATS)) this.#reads = 'stats';
    else if (text.startsWith(TASKS)) this.#reads = 'tasks';
    else if (this.#reads === 'stats') this.#stat(text);
    else if (this.#reads === 'tasks') this.#task(text);
    else this.#usage(text);
  }

  /** What was read, for the victim whose line has come. */
  finish(victimPid: number, victimRssBytes: number | undefined): Pick<KernelLogOom, 'memory' | 'processes'> {
    const memory = this.#memory();
    const page = this.#pageSize(victimPid, victimRssBytes);
    const processes = this.#rows.map(({ tgid, pages, name }): OomProcess => ({
      pid: tgid,
      name,
      rssBytes: pages * page,
    }));
    this.clear();
    return {
      ...(memory === undefined ? {} : { memory }),
      ...(processes.length === 0 ? {} : { processes }),
    };
  }

  clear(): void {
    this.#usageBytes = undefined;
    this.#kernelBytes = undefined;
    this.#stats.clear();
    this.#rows = [];
    this.#reads = 'nothing';
  }

  #usage(text: string): void {
    const usage = USAGE.exec(text)?.[1];
    if (usage !== undefined) this.#usageBytes = Number(usage) * KIB;
    const kernel = KERNEL_USAGE.exec(text)?.[1];
    if (kernel !== undefined) this.#kernelBytes = Number(kernel) * KIB;
  }

  #stat(text: string): void {
    const match = STAT.exec(text);
    if (match !== null) this.#stats.set(match[1] ?? '', Number(match[2]));
  }

  #task(text: string): void {
    if (text.startsWith('[  pid  ]')) {
      // Everything but the name, which comes last and may hold blanks.
      this.#columns =
        text
          .slice(text.indexOf(']') + 1)
          .trim()
          .split(/ {1,20}/).length - 1;
      return;
    }
    const match = TASK.exec(text);
    if (match === null) return;
    const rest = (match[6] ?? '').trim().split(/ {1,20}/);
    const name = rest.slice(Math.max(0, this.#columns - 4)).join(' ');
    this.#rows.push({ tgid: Number(match[3]), pages: Number(match[5]), name });
    // Which of them is the victim is told after the table.
    if (this.#rows.length > MOST_ROWS) this.#rows = biggest(this.#rows, undefined, MOST_ROWS / 2);
  }

  /** v1 counts the groups below as `total_…`; v2's figures always do. */
  #memory(): OomMemory | undefined {
    const of = (...names: readonly string[]): number | undefined =>
      names.map((name) => this.#stats.get(name)).find((value) => value !== undefined);
    const anonBytes = of('total_rss', 'anon');
    if (anonBytes === undefined) return undefined;
    const parts = ['kernel_stack', 'pagetables', 'percpu', 'slab'].map((name) => this.#stats.get(name) ?? 0);
    return {
      anonBytes,
      fileBytes: of('total_cache', 'file') ?? 0,
      shmemBytes: of('total_shmem', 'shmem') ?? 0,
      kernelBytes: of('kernel') ?? this.#kernelBytes ?? parts.reduce((sum, part) => sum + part, 0),
      ...(this.#usageBytes === undefined ? {} : { usageBytes: this.#usageBytes }),
    };
  }

  /** The table counts pages, the victim's line kilobytes. */
  #pageSize(victimPid: number, victimRssBytes: number | undefined): number {
    this.#rows = biggest(this.#rows, victimPid);
    const victim = this.#rows.find(({ tgid }) => tgid === victimPid);
    const usual = PAGE_SIZES[0] ?? 4 * KIB;
    if (victim === undefined || victim.pages === 0 || victimRssBytes === undefined) return usual;
    const measured = victimRssBytes / victim.pages;
    return PAGE_SIZES.toSorted((a, b) => Math.abs(a - measured) - Math.abs(b - measured))[0] ?? usual;
  }
}

/** The biggest, and the victim among them whatever its size. */
function biggest(rows: readonly Row[], victimPid: number | undefined, most = KEPT_PROCESSES): Row[] {
  const sorted = rows.toSorted((a, b) => b.pages - a.pages);
  const kept = sorted.slice(0, most);
  const victim = sorted.find(({ tgid }) => tgid === victimPid);
  return victim === undefined || kept.includes(victim) ? kept : [...kept, victim];
}
