import { readFileSync } from 'node:fs';

const MAX_ARGV_BYTES = 4_096;
const NS_PER_TICK = 10_000_000n;
/** Field 22 of /proc/PID/stat, counted after the closing parenthesis of the name. */
const START_TIME_FIELD = 19;

export interface ProcStat {
  /** CLOCK_BOOTTIME, exact to a clock tick of 10 ms. */
  readonly startNs: bigint;
}

/** `undefined` when the process is gone. */
export function readStat(pid: number): ProcStat | undefined {
  const text = readProc(`/proc/${String(pid)}/stat`);
  if (text === undefined) return undefined;
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const ticks = fields[START_TIME_FIELD];
  return ticks === undefined || !/^\d+$/.test(ticks) ? undefined : { startNs: BigInt(ticks) * NS_PER_TICK };
}

/**
 * argv of a process that was named by the kernel, only while it is still the same one: pid and start
 * time must match, before and after, since pids are used again.
 */
export function readArgv(pid: number, startNs: bigint): string[] | undefined {
  if (!isSame(pid, startNs)) return undefined;
  const text = readProc(`/proc/${String(pid)}/cmdline`);
  if (text === undefined || text === '' || !isSame(pid, startNs)) return undefined;
  return splitArgv(text.slice(0, MAX_ARGV_BYTES));
}

export function splitArgv(text: string): string[] {
  return (text.endsWith('\0') ? text.slice(0, -1) : text).split('\0');
}

/** Innermost pid of `NSpid:`; `undefined` when the process is gone. */
export function readNamespacePid(pid: number): number | undefined {
  const line = /^NSpid:\s*(.*)$/m.exec(readProc(`/proc/${String(pid)}/status`) ?? '')?.[1];
  const last = line?.split(/\s+/).at(-1);
  return last === undefined || last === '' ? undefined : Number(last);
}

const CAP_SYS_ADMIN = 1n << 21n;
/** The user namespace of the machine itself, and none below it, maps every number to itself. */
const OF_THE_MACHINE = /^\s*0\s+0\s+4294967295\s*$/;

/** Could the process do anything to the machine? Then so can whatever else runs in its container. */
export function rulesTheHost(pid: number): boolean {
  const caps = /^CapEff:\s*([0-9a-f]{1,16})$/m.exec(readProc(`/proc/${String(pid)}/status`) ?? '')?.[1];
  if (caps === undefined || (BigInt(`0x${caps}`) & CAP_SYS_ADMIN) === 0n) return false;
  return OF_THE_MACHINE.test(readProc(`/proc/${String(pid)}/uid_map`) ?? '');
}

function isSame(pid: number, startNs: bigint): boolean {
  const stat = readStat(pid);
  return stat !== undefined && stat.startNs / NS_PER_TICK === startNs / NS_PER_TICK;
}

/** A process may end between any two looks: everything but its content is 'gone'. */
function readProc(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH'))
      return undefined;
    throw error;
  }
}
