import type { EpochUs } from './time.ts';

/** A thread group as the kernel knew it at one moment. Identity is (pid, startedAt), never pid alone. */
export interface ProcessRef {
  /** Thread-group id in the host's pid namespace. */
  readonly pid: number;
  readonly startedAt: EpochUs;
  /** Start in microseconds since boot, exact; the wall-clock form depends on when the agent looked at its clock. */
  readonly startSinceBootUs?: number;
  /** Pid in the innermost pid namespace: 1 for a container's init. */
  readonly nsPid?: number;
  readonly parentPid?: number;
  readonly parentStartedAt?: EpochUs;
  /** The kernel's 15-character task name. Chosen by the process: never proof of what it is. */
  readonly comm: string;
  /** Base name of the executable file. */
  readonly exe?: string;
  readonly argv?: readonly string[];
  readonly argvTruncated?: boolean;
  readonly uid?: number;
  /** Name of `uid` on the host, where it has one. */
  readonly user?: string;
  /** Audit login uid: who logged in, kept across sudo and su. Absent when never set. */
  readonly loginUid?: number;
  readonly loginUser?: string;
  readonly sessionId?: number;
  readonly tty?: string;
  /** Inode of its pid namespace. */
  readonly pidNamespace?: number;
  /** The container it runs in, by full id; absent for a process of the host. */
  readonly containerId?: string;
}

export function sameProcess(a: ProcessRef | undefined, b: ProcessRef | undefined): boolean {
  return a !== undefined && a.pid === b?.pid && a.startedAt === b.startedAt;
}

export function isParentOf(parent: ProcessRef, child: ProcessRef): boolean {
  return child.parentPid === parent.pid && child.parentStartedAt === parent.startedAt;
}

/** The name to show for a process: its program if known, else its task name. Raw, to be escaped by the caller. */
export function processName(process: ProcessRef): string {
  const program = process.argv?.[0];
  if (program !== undefined && program !== '') return program.slice(program.lastIndexOf('/') + 1);
  return process.exe ?? process.comm;
}
