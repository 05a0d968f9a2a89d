/**
 * How a process ended, as the kernel keeps it. A wait status and a container's exit code are two
 * types: status 0x9 is a real SIGKILL, 0x8900 is `exit(137)`, and a runtime reports 137 for both.
 */
export type ExitStatus =
  | { readonly kind: 'exited'; readonly code: number }
  | { readonly kind: 'signaled'; readonly signal: number; readonly coreDumped: boolean }
  /** Only a runtime's number: above 128 it may be a signal or the program's own code, so it proves neither. */
  | { readonly kind: 'reported'; readonly code: number };

const SIGNAL_MASK = 0x7f;
const CORE_FLAG = 0x80;

/** Decodes `task->exit_code` / wait(2)'s status: low 7 bits signal, 0x80 core, next 8 bits code. */
export function decodeWaitStatus(status: number): ExitStatus {
  const signal = status & SIGNAL_MASK;
  if (signal === 0) return { kind: 'exited', code: (status >> 8) & 0xff };
  return { kind: 'signaled', signal, coreDumped: (status & CORE_FLAG) !== 0 };
}

/** What a runtime or a shell reports for it: the code, or 128 + signal. */
export function toExitCode(status: ExitStatus): number {
  return status.kind === 'signaled' ? 128 + status.signal : status.code;
}
