import type { LogPattern } from './pattern.ts';

const RUNTIME = 'The shell';
const NOT_THERE =
  'The shell looked for the command in every folder of PATH, or at the path that was named, and it is not in the image.';
const CHECK =
  'Check its spelling and whether the image has it. A path says where exactly it must be; a script whose #! interpreter is missing gives the same message.';

/** What shells and small inits say when they cannot run a command: exit code 127 or 126. */
export const SHELL: readonly LogPattern[] = [
  {
    id: 'shell.foreign',
    runtime: RUNTIME,
    means: 'not-executable',
    pattern: /[Ee]xec format error|cannot execute binary file/,
    says: 'The file is no program that this machine can run: built for another processor architecture, or a script without its #! line.',
    advice: 'Build or pull the image for the processor of this machine, or give the script its #! line.',
    command: 'docker build --platform linux/amd64 …',
    example: {
      lines: ['/bin/sh: /app/server: cannot execute binary file: Exec format error'],
      quote: '/bin/sh: /app/server: cannot execute binary file: Exec format error',
    },
  },
  {
    id: 'shell.interpreter',
    runtime: RUNTIME,
    means: 'not-executable',
    pattern: /bad interpreter: (?:No such file or directory|Permission denied)|cannot execute: required file not found/,
    says: 'The script’s first line (#!) names an interpreter that the image does not have.',
    advice:
      'Correct the #! line, or install the interpreter. Line ends of Windows do this as well: the name then ends in an invisible \\r.',
    command: "sed -i 's/\\r$//' SCRIPT",
    example: {
      lines: ['/bin/sh: 1: /entrypoint.sh: bad interpreter: No such file or directory'],
      quote: '/bin/sh: 1: /entrypoint.sh: bad interpreter: No such file or directory',
    },
  },
  {
    id: 'shell.not-found',
    runtime: RUNTIME,
    means: 'not-found',
    pattern:
      /^(?:[^\s:]{1,200}: ){1,2}(?:line )?(?:\d{1,7}: )?(?:exec: )?(?<what>[^\s:]{1,200}): (?:command )?not found\b/,
    says: NOT_THERE,
    advice: CHECK,
    example: { lines: ['sh: 1: gunicorn: not found'], quote: 'sh: 1: gunicorn: not found' },
  },
  {
    id: 'shell.no-file',
    runtime: RUNTIME,
    means: 'not-found',
    pattern:
      /^(?:\S{0,60}\/)?(?:sh|bash|dash|ash|zsh|busybox)(?:: line \d{1,7}|: \d{1,7})?: (?:exec: )?(?<what>\/[^\s:]{1,200}): No such file or directory\b/,
    says: NOT_THERE,
    advice: CHECK,
    example: {
      lines: ['bash: line 1: /app/server: No such file or directory'],
      quote: 'bash: line 1: /app/server: No such file or directory',
    },
  },
  {
    id: 'env.not-found',
    runtime: 'env',
    means: 'not-found',
    pattern: /^(?:\/usr\/bin\/)?env: (?:can't execute )?['‘]?(?<what>[^\s'’:]{1,200})['’]?: No such file or directory/,
    says: 'A script begins with #!/usr/bin/env and the name of an interpreter that is not in the image.',
    advice:
      'Install the interpreter in the image. A name that ends in \\r means that the script has the line ends of Windows.',
    example: {
      lines: ['/usr/bin/env: ‘python’: No such file or directory'],
      quote: '/usr/bin/env: ‘python’: No such file or directory',
    },
  },
  {
    id: 'init.not-found',
    runtime: 'The init',
    means: 'not-found',
    pattern: /\[FATAL tini \(\d{1,10}\)\] exec (?<what>\S{1,200}) failed: No such file or directory/,
    says: 'tini, the small init that is PID 1, was told to start a program that is not in the image.',
    advice: CHECK,
    example: {
      lines: ['[FATAL tini (7)] exec /app/server failed: No such file or directory'],
      quote: '[FATAL tini (7)] exec /app/server failed: No such file or directory',
    },
  },
  {
    id: 'init.permission',
    runtime: 'The init',
    means: 'not-executable',
    pattern: /\[FATAL tini \(\d{1,10}\)\] exec (?<what>\S{1,200}) failed: Permission denied/,
    says: 'tini, the small init that is PID 1, was told to start a file that may not be executed.',
    advice: 'Set the executable bit in the image.',
    command: 'RUN chmod +x /path/to/program',
    example: {
      lines: ['[FATAL tini (7)] exec /app/server failed: Permission denied'],
      quote: '[FATAL tini (7)] exec /app/server failed: Permission denied',
    },
  },
  {
    id: 'shell.permission',
    runtime: RUNTIME,
    means: 'not-executable',
    pattern: /^(?:[^\s:]{1,200}: ){1,2}(?:line )?(?:\d{1,7}: )?(?:exec: )?(?<what>[^\s:]{1,200}): Permission denied\b/,
    says: 'The file is there, but this user may not execute it: its executable bit is not set, or the volume that it lies on forbids it (noexec).',
    advice: 'Set the executable bit in the image, or call the interpreter with the file as its argument.',
    command: 'RUN chmod +x /path/to/program',
    example: {
      lines: ['sh: 1: /entrypoint.sh: Permission denied'],
      quote: 'sh: 1: /entrypoint.sh: Permission denied',
    },
  },
  {
    id: 'shell.syntax',
    runtime: RUNTIME,
    means: 'error',
    pattern: /^(?:[^\s:]{1,200}: ){1,2}(?:line )?(?:\d{1,7}: )?[Ss]yntax error[: ]/,
    says: 'The shell could not read what it was given as a script. A program for another processor looks like this as well, because a shell tries to read it as a script.',
    advice: 'Check the line that it names, the quotes of the command, and for which processor a program was built.',
    example: {
      lines: ['/app/server: line 1: syntax error: unexpected "("'],
      quote: '/app/server: line 1: syntax error: unexpected "("',
      place: '/app/server:1',
    },
  },
];
