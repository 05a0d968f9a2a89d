import { shortId } from '../domain/container.ts';
import { displayCommand, displayText } from '../domain/display.ts';
import type { ExitStatus } from '../domain/exit-status.ts';
import { toExitCode } from '../domain/exit-status.ts';
import type { ProcessRef } from '../domain/process.ts';
import { processName } from '../domain/process.ts';
import { signalName } from '../domain/signals.ts';
import type { Subject } from './facts.ts';

const NAME_LIMIT = 40;
const COMMAND_LIMIT = 80;
/** In a headline, which has to be read at one glance; the whole command stands below it. */
const HEADLINE_COMMAND_LIMIT = 40;

/** The program's name, safe to show: `python3`. */
export function program(process: ProcessRef): string {
  return displayText(processName(process), NAME_LIMIT);
}

/** The program and its role: `sleep (PID 1)`, `worker (pid 7 in the container)`. */
export function subjectName(subject: Subject): string {
  return `${program(subject.process)} (${rolePid(subject.process)})`;
}

export function rolePid(process: ProcessRef): string {
  if (process.nsPid === 1) return 'PID 1';
  return process.nsPid === undefined || process.nsPid === process.pid
    ? `pid ${String(process.pid)}`
    : `pid ${String(process.nsPid)} in the container`;
}

/** A process of the host with whom it runs as: `bash (pid 4242, user root, on pts/0)`. */
export function hostProcess(process: ProcessRef): string {
  const details = [
    `pid ${String(process.pid)}`,
    userPhrase(process),
    process.tty === undefined ? '' : `on ${displayText(process.tty, 16)}`,
  ];
  return `${program(process)} (${details.filter((detail) => detail !== '').join(', ')})`;
}

function userPhrase(process: ProcessRef): string {
  if (process.uid === undefined) return '';
  const name = process.user === undefined ? `uid ${String(process.uid)}` : `user ${displayText(process.user, 32)}`;
  const { loginUid, loginUser } = process;
  if (loginUid === undefined || loginUid === process.uid) return name;
  const login = loginUser === undefined ? `uid ${String(loginUid)}` : displayText(loginUser, 32);
  return `${name}, logged in as ${login}`;
}

export function command(process: ProcessRef): string {
  return commandWithin(process, COMMAND_LIMIT);
}

export function briefCommand(process: ProcessRef): string {
  return commandWithin(process, HEADLINE_COMMAND_LIMIT);
}

function commandWithin(process: ProcessRef, limit: number): string {
  return process.argv === undefined || process.argv.length === 0
    ? program(process)
    : displayCommand(process.argv, limit);
}

export function containerName(id: string): string {
  return displayText(shortId(id), 12);
}

/** `exit code 1`, `SIGKILL`. */
export function statusPhrase(status: ExitStatus): string {
  return status.kind === 'signaled' ? signalName(status.signal) : `exit code ${String(toExitCode(status))}`;
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${String(count)} ${count === 1 ? one : many}`;
}
