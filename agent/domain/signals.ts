/** What the kernel does with a signal that nobody handles (signal(7)). */
export type SignalDefault = 'terminate' | 'core' | 'stop' | 'continue' | 'ignore';

export interface SignalInfo {
  readonly number: number;
  readonly name: string;
  readonly defaultAction: SignalDefault;
  /** What it usually means, in words that follow 'a signal for …'. */
  readonly meaning: string;
}

/** Numbers of x86, arm64 and every other architecture that uses the generic table. Source: signal(7). */
const TABLE: readonly SignalInfo[] = [
  { number: 1, name: 'SIGHUP', defaultAction: 'terminate', meaning: 'hang-up of the terminal' },
  { number: 2, name: 'SIGINT', defaultAction: 'terminate', meaning: 'interrupt from the keyboard (Ctrl-C)' },
  { number: 3, name: 'SIGQUIT', defaultAction: 'core', meaning: 'quit from the keyboard (Ctrl-\\)' },
  { number: 4, name: 'SIGILL', defaultAction: 'core', meaning: 'an illegal instruction' },
  { number: 5, name: 'SIGTRAP', defaultAction: 'core', meaning: 'a breakpoint or trap' },
  { number: 6, name: 'SIGABRT', defaultAction: 'core', meaning: 'an abort by the program itself' },
  { number: 7, name: 'SIGBUS', defaultAction: 'core', meaning: 'an access to memory that has no backing' },
  { number: 8, name: 'SIGFPE', defaultAction: 'core', meaning: 'an arithmetic error such as division by zero' },
  { number: 9, name: 'SIGKILL', defaultAction: 'terminate', meaning: 'an immediate kill that cannot be handled' },
  { number: 10, name: 'SIGUSR1', defaultAction: 'terminate', meaning: 'an application-defined purpose (1)' },
  { number: 11, name: 'SIGSEGV', defaultAction: 'core', meaning: 'an invalid memory access' },
  { number: 12, name: 'SIGUSR2', defaultAction: 'terminate', meaning: 'an application-defined purpose (2)' },
  { number: 13, name: 'SIGPIPE', defaultAction: 'terminate', meaning: 'a write to a pipe that nobody reads' },
  { number: 14, name: 'SIGALRM', defaultAction: 'terminate', meaning: 'a timer set by alarm()' },
  { number: 15, name: 'SIGTERM', defaultAction: 'terminate', meaning: 'a request to stop' },
  { number: 16, name: 'SIGSTKFLT', defaultAction: 'terminate', meaning: 'a stack fault (unused by Linux)' },
  { number: 17, name: 'SIGCHLD', defaultAction: 'ignore', meaning: 'a child that stopped or ended' },
  { number: 18, name: 'SIGCONT', defaultAction: 'continue', meaning: 'continuing after a stop' },
  { number: 19, name: 'SIGSTOP', defaultAction: 'stop', meaning: 'a stop that cannot be handled' },
  { number: 20, name: 'SIGTSTP', defaultAction: 'stop', meaning: 'a stop from the keyboard (Ctrl-Z)' },
  { number: 21, name: 'SIGTTIN', defaultAction: 'stop', meaning: 'a terminal read in the background' },
  { number: 22, name: 'SIGTTOU', defaultAction: 'stop', meaning: 'a terminal write in the background' },
  { number: 23, name: 'SIGURG', defaultAction: 'ignore', meaning: 'urgent data on a socket' },
  { number: 24, name: 'SIGXCPU', defaultAction: 'core', meaning: 'the CPU time limit' },
  { number: 25, name: 'SIGXFSZ', defaultAction: 'core', meaning: 'the file size limit' },
  { number: 26, name: 'SIGVTALRM', defaultAction: 'terminate', meaning: 'a timer of used CPU time' },
  { number: 27, name: 'SIGPROF', defaultAction: 'terminate', meaning: 'a profiling timer' },
  { number: 28, name: 'SIGWINCH', defaultAction: 'ignore', meaning: 'a change of the window size' },
  { number: 29, name: 'SIGIO', defaultAction: 'terminate', meaning: 'input or output that became possible' },
  { number: 30, name: 'SIGPWR', defaultAction: 'terminate', meaning: 'a power failure' },
  { number: 31, name: 'SIGSYS', defaultAction: 'core', meaning: 'a forbidden system call' },
];

const BY_NUMBER: ReadonlyMap<number, SignalInfo> = new Map(TABLE.map((signal) => [signal.number, signal]));
const BY_NAME: ReadonlyMap<string, SignalInfo> = new Map(TABLE.map((signal) => [signal.name, signal]));

export const SIGRTMIN = 34;
export const SIGRTMAX = 64;

export const Signal = {
  HUP: 1,
  INT: 2,
  QUIT: 3,
  ILL: 4,
  TRAP: 5,
  ABRT: 6,
  BUS: 7,
  FPE: 8,
  KILL: 9,
  SEGV: 11,
  PIPE: 13,
  ALRM: 14,
  TERM: 15,
  XCPU: 24,
  XFSZ: 25,
  VTALRM: 26,
  PROF: 27,
  SYS: 31,
} as const;

export function signalInfo(signal: number): SignalInfo | undefined {
  return BY_NUMBER.get(signal);
}

/** `SIGKILL`, `SIGRTMIN+3`, or `signal 99` for a number Linux does not have. */
export function signalName(signal: number): string {
  const known = BY_NUMBER.get(signal);
  if (known !== undefined) return known.name;
  if (signal >= SIGRTMIN && signal <= SIGRTMAX) {
    return signal === SIGRTMIN ? 'SIGRTMIN' : `SIGRTMIN+${String(signal - SIGRTMIN)}`;
  }
  return `signal ${String(signal)}`;
}

/** Accepts what runtimes write: `SIGTERM`, `TERM`, `15`, `SIGRTMIN+3`, `RTMIN+3`. */
export function parseSignal(text: string): number | undefined {
  const upper = text.trim().toUpperCase();
  if (/^\d{1,2}$/.test(upper)) {
    const number = Number(upper);
    return number >= 1 && number <= SIGRTMAX ? number : undefined;
  }
  const name = upper.startsWith('SIG') ? upper : `SIG${upper}`;
  const realTime = /^SIGRTMIN(?:\+(\d{1,2}))?$/.exec(name);
  if (realTime !== null) {
    const number = SIGRTMIN + Number(realTime[1] ?? '0');
    return number <= SIGRTMAX ? number : undefined;
  }
  return BY_NAME.get(name)?.number;
}

/** Whether the signal ends a process that has no handler for it. */
export function isFatalByDefault(signal: number): boolean {
  const known = BY_NUMBER.get(signal);
  if (known === undefined) return signal >= SIGRTMIN && signal <= SIGRTMAX;
  return known.defaultAction === 'terminate' || known.defaultAction === 'core';
}
