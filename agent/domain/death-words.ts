import type { Actor, Certainty } from './death.ts';
import type { CauseId } from './causes.ts';
import { causeFamily } from './causes.ts';
import { shortId } from './container.ts';
import type { RuntimeName } from './container.ts';
import { displayCommand, displayText } from './display.ts';
import type { ExitStatus } from './exit-status.ts';
import { toExitCode } from './exit-status.ts';
import type { ProcessRef } from './process.ts';
import { processName } from './process.ts';
import { signalInfo, signalName } from './signals.ts';

export const CERTAINTY_WORDS: Readonly<Record<Certainty, string>> = {
  certain: 'Certain',
  likely: 'Likely, not proven',
  possible: 'Possible, one of several explanations',
  unknown: 'Not known',
};

const CODE_WORDS: ReadonlyMap<number, string> = new Map([
  [0, 'success'],
  [126, 'the shell’s “not executable”'],
  [127, 'the shell’s “not found”'],
]);
const SIGNAL_BASE = 128;

/** `137 · killed by SIGKILL`: the number that everybody else shows, and what it was here. */
export function exitWords(exit: ExitStatus | undefined, runtime: RuntimeName): string {
  if (exit === undefined) return 'not seen by anybody';
  const code = toExitCode(exit);
  if (exit.kind === 'signaled') {
    const meaning = signalInfo(exit.signal)?.meaning;
    const core = exit.coreDumped ? '; core dumped' : '';
    return `${String(code)} · ended by ${signalName(exit.signal)}${meaning === undefined ? '' : `, ${meaning}`}${core}`;
  }
  if (exit.kind === 'reported') {
    const by = runtime === 'unknown' ? 'the runtime' : runtime;
    return `${String(code)} · as ${by} reports it; nobody saw whether a signal was involved`;
  }
  const words = CODE_WORDS.get(code);
  if (words !== undefined) return `${String(code)} · ${words}`;
  return `${String(code)} · the main process ended with this code by itself${code > SIGNAL_BASE ? ', not by a signal' : ''}`;
}

/** Short enough for a table: `137 KILL`, `1`, `?`. */
export function exitShort(exit: ExitStatus | undefined): string {
  if (exit === undefined) return '?';
  const code = String(toExitCode(exit));
  return exit.kind === 'signaled' ? `${code} ${signalName(exit.signal).replace(/^SIG/, '')}` : code;
}

export function actorWords(actor: Actor, cause: CauseId): string {
  switch (actor.kind) {
    case 'kernel':
      return causeFamily(cause) === 'oom' ? 'The kernel’s out-of-memory killer' : 'The kernel';
    case 'runtime':
      return causeFamily(cause) === 'start'
        ? 'Nobody: the container runtime could not start it'
        : 'The container runtime, on request';
    case 'orchestrator':
      return 'Kubernetes';
    case 'inside':
      return 'Another process of the same container';
    case 'container':
      return actor.containerId === undefined
        ? 'A process of another container'
        : `A process of another container, ${displayText(shortId(actor.containerId))}`;
    case 'host':
      return 'A process on the host';
    case 'self':
      return 'The program itself';
    case 'unknown':
      return 'Not known';
  }
}

/** What a person would recognise it by: its command line, else its name. */
export function commandOf(process: ProcessRef, limit = 200): string {
  const { argv } = process;
  const only = argv?.[0];
  // A single word with blanks is a process title (`sshd: alice@pts/3`), not a command to quote.
  if (argv?.length === 1 && only !== undefined && only !== '') return displayText(only, limit);
  if (argv !== undefined && argv.length > 0) {
    return `${displayCommand(argv, limit)}${process.argvTruncated === true ? ' …' : ''}`;
  }
  return displayText(processName(process), limit);
}

/** `root, logged in as alice`; empty when nothing is known. */
export function userOf(process: ProcessRef): string {
  if (process.uid === undefined) return '';
  const name = nameOrUid(process.user, process.uid);
  if (process.loginUid === undefined || process.loginUid === process.uid) return name;
  return `${name}, logged in as ${nameOrUid(process.loginUser, process.loginUid)}`;
}

function nameOrUid(name: string | undefined, uid: number): string {
  return name === undefined ? `uid ${String(uid)}` : displayText(name, 32);
}

/** `pid 27 in the container`, `PID 1`, `pid 4711`. */
export function pidOf(process: ProcessRef): string {
  if (process.nsPid === 1) return 'PID 1 of the container';
  if (process.nsPid === undefined || process.nsPid === process.pid) return `pid ${String(process.pid)}`;
  return `pid ${String(process.nsPid)} in the container`;
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? one : many}`;
}
