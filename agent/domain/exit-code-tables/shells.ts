import type { ExitCodeTable } from './table.ts';

/** Shells and the wrappers that run another command. */
export const SHELLS: readonly ExitCodeTable[] = [
  {
    context: 'sh, bash',
    source: 'POSIX.1-2024, Shell Command Language 2.8.2; bash(1), EXIT STATUS',
    programs: ['sh', 'bash', 'dash', 'ash', 'zsh', 'ksh', 'busybox'],
    isInterpreter: true,
    codes: {
      0: 'success',
      1: 'a general error: whatever the last command meant by it',
      2: 'wrong use of a shell builtin, or a syntax error in a script',
      126: 'a command was found but is not executable',
      127: 'a command was not found: a typing error, a missing package or a wrong PATH',
      128: 'a shell builtin was given an invalid argument, or nothing a shell defines: 128 + 0 is no signal',
      255: 'exit with a number outside 0–255, such as exit -1',
    },
  },
  {
    context: 'bash',
    source: 'bash, observed: fork refused by a limit of processes',
    programs: ['bash'],
    isInterpreter: true,
    codes: { 254: 'it could not start a command because fork was refused' },
  },
  {
    context: 'timeout',
    source: 'GNU coreutils, timeout(1)',
    programs: ['timeout'],
    codes: {
      124: 'the command ran longer than allowed',
      125: 'timeout itself failed',
      126: 'the command was found but could not be run',
      127: 'the command was not found',
      137: 'the command ran longer than allowed and was ended with SIGKILL (timeout -s KILL or -k)',
    },
  },
  {
    context: 'env, nohup, nice, stdbuf, chroot',
    source: 'GNU coreutils manual, “Exit status”',
    programs: ['env', 'nohup', 'nice', 'stdbuf', 'chroot', 'runcon'],
    codes: {
      125: 'the wrapper itself failed before it ran the command',
      126: 'the command was found but could not be run',
      127: 'the command was not found',
    },
  },
  {
    context: 'xargs',
    source: 'GNU findutils, xargs(1)',
    programs: ['xargs'],
    codes: {
      123: 'one of the commands ended with 1–125',
      124: 'one of the commands ended with 255',
      125: 'one of the commands was killed by a signal',
      126: 'the command could not be run',
      127: 'the command was not found',
    },
  },
  {
    context: 'flock',
    source: 'flock(1), EXIT STATUS',
    programs: ['flock'],
    codes: {
      1: 'somebody else holds the lock (--nonblock or --wait)',
      66: 'the lock file could not be opened',
    },
  },
  {
    context: 'su, runuser',
    source: 'su(1), EXIT STATUS',
    programs: ['su', 'runuser'],
    codes: {
      126: 'the shell could not be executed',
      127: 'the shell was not found',
    },
  },
  {
    context: 'wait-for-it, wait-for',
    source: 'wait-for-it.sh, observed: it runs timeout(1)',
    programs: ['wait-for-it', 'wait-for-it.sh', 'wait-for'],
    codes: {
      124: 'the host and port that it waited for did not answer in time',
    },
  },
];
