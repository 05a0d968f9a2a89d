import { EXIT_CODE_TABLES } from './exit-code-tables/index.ts';
import type { ExitCodeTable } from './exit-code-tables/table.ts';
import { Signal, signalInfo, signalName, SIGRTMAX } from './signals.ts';

export interface ExitCodeMeaning {
  /** A sentence that follows 'It can mean: '. */
  readonly text: string;
  /** Where that is written down. */
  readonly source: string;
  /** Who must have set the code for the meaning to hold: a program, a runtime, a convention. */
  readonly context: string;
}

/** What is known about an exit code by itself, without looking at any container. */
export interface ExitCodeKnowledge {
  readonly code: number;
  /** One line: what it is most often. Never a verdict. */
  readonly summary: string;
  /** What it can mean, the closest to containers first. Never empty. */
  readonly meanings: readonly ExitCodeMeaning[];
  /** What people conclude from it although it does not follow. */
  readonly notProof: readonly string[];
}

export const MAX_EXIT_CODE = 255;
const SIGNAL_BASE = 128;

/** The signal that a shell or a runtime would report by this code, where there is one. */
export function signalOfExitCode(code: number): number | undefined {
  const signal = code - SIGNAL_BASE;
  return signal >= 1 && signal <= SIGRTMAX && signalName(signal).startsWith('SIG') ? signal : undefined;
}

/**
 * Explains a container's exit code, 0 to 255.
 * @param program name of the executable that ended with it, where it is known: what it means by the code comes first
 * @throws RangeError for anything else: `foreign-status.ts` knows numbers outside a byte.
 */
export function explainExitCode(code: number, program?: string): ExitCodeKnowledge {
  if (!Number.isInteger(code) || code < 0 || code > MAX_EXIT_CODE) {
    throw new RangeError(`an exit code is a whole number from 0 to ${String(MAX_EXIT_CODE)}`);
  }
  const signal = signalOfExitCode(code);
  const names = program === undefined ? [] : namesOf(program);
  const own = EXIT_CODE_TABLES.filter((table) => isAbout(table, names));
  const meanings = [
    ...meaningsIn(own, code),
    ...signalMeanings(code, signal),
    ...(signal === undefined && !SUMMARIES.has(code) ? [OWN_CHOICE] : []),
    ...meaningsIn(
      EXIT_CODE_TABLES.filter((table) => !own.includes(table)),
      code,
    ),
  ];
  return {
    code,
    summary: summaryOf(code, signal),
    meanings,
    notProof: notProofOf(code, signal),
  };
}

/**
 * What a program means by its own exit code; `undefined` where no table says, and for interpreters, as the code that
 * they run chooses exit codes of its own.
 */
export function ownMeaning(program: string, code: number): ExitCodeMeaning | undefined {
  const names = namesOf(program);
  const own = EXIT_CODE_TABLES.filter((table) => isAbout(table, names) && table.isInterpreter !== true);
  return meaningsIn(own, code)[0];
}

/** `python3.11` is `python`, `gcc-12` is `gcc`; what is known by its whole name goes first. */
function namesOf(program: string): readonly string[] {
  const name = program.slice(program.lastIndexOf('/') + 1).toLowerCase();
  return [name, name.replace(/-?\d[\d.]{0,15}$/, '')];
}

function isAbout({ programs }: ExitCodeTable, names: readonly string[]): boolean {
  return programs?.some((program) => names.includes(program)) === true;
}

function meaningsIn(tables: readonly ExitCodeTable[], code: number): ExitCodeMeaning[] {
  return tables.flatMap(({ context, source, codes }) => {
    const text = codes[code];
    return text === undefined ? [] : [{ text, source, context }];
  });
}

const OWN_CHOICE: ExitCodeMeaning = {
  text: 'the program chose this number itself; its own documentation or its last log lines say why',
  source: 'exit(3)',
  context: 'any program',
};

const SUMMARIES: ReadonlyMap<number, string> = new Map([
  [0, 'the program ended and called it a success'],
  [1, 'the program ended by itself with the most common error code'],
  [2, 'the program ended by itself, often on wrong arguments'],
  [125, 'the container was most likely never created'],
  [126, 'a command exists but could not be executed'],
  [127, 'a command was not found'],
  [128, 'the container could not be started, or a program such as git failed'],
  [255, 'the program ended with -1, or the real status was lost'],
]);

const FIRST_SYSEXIT = 64;
const LAST_SYSEXIT = 78;

function summaryOf(code: number, signal: number | undefined): string {
  const fixed = SUMMARIES.get(code);
  if (fixed !== undefined) return fixed;
  if (signal !== undefined) {
    const meaning = signalInfo(signal)?.meaning ?? 'an application-defined purpose';
    return `most often ended by ${signalName(signal)} (128 + ${String(signal)}), ${meaning}`;
  }
  if (code >= FIRST_SYSEXIT && code <= LAST_SYSEXIT)
    return 'the program ended by itself, perhaps by the convention of sysexits.h';
  return 'the program ended by itself with a code of its own';
}

/** The ways to SIGKILL that were seen to give 137, from evidence about real containers. */
const WAYS_TO_137: readonly ExitCodeMeaning[] = [
  {
    text: 'the kernel killed it because a memory limit was reached or the machine ran out of memory',
    source: 'Linux, mm/oom_kill.c',
    context: 'out of memory',
  },
  {
    text: 'it was asked to stop, did not end within the grace period and was killed',
    source: 'docker stop; Kubernetes, pod termination',
    context: 'runtime or orchestrator',
  },
  {
    text: 'somebody ran docker kill, docker rm -f or their like',
    source: 'Docker documentation, docker kill',
    context: 'runtime',
  },
  { text: 'a process on the host sent SIGKILL: a person, a script, a supervisor', source: 'kill(2)', context: 'host' },
  {
    text: 'a process of the same container, or the program itself, sent SIGKILL',
    source: 'kill(2)',
    context: 'container',
  },
  {
    text: 'its control group was killed as a whole by cgroup.kill',
    source: 'Linux, admin-guide/cgroup-v2',
    context: 'host',
  },
  { text: 'it used up the hard limit of its CPU time (RLIMIT_CPU)', source: 'setrlimit(2)', context: 'resource limit' },
  {
    text: 'its parent ended and had asked for SIGKILL by PR_SET_PDEATHSIG, or PID 1 of its namespace ended',
    source: 'prctl(2), pid_namespaces(7)',
    context: 'container',
  },
  {
    text: 'the main process is a shell or an init that passes on the 137 of a child; the child was killed, not the main process',
    source: 'POSIX.1-2024, Shell Command Language 2.8.2',
    context: 'shell or init as main process',
  },
];

function signalMeanings(code: number, signal: number | undefined): readonly ExitCodeMeaning[] {
  if (signal === undefined) return [];
  const own: ExitCodeMeaning = {
    text: `the program called exit(${String(code)}) itself: no signal was involved`,
    source: 'exit(3)',
    context: 'any program',
  };
  if (signal === Signal.KILL) return [...WAYS_TO_137, own];
  const name = signalName(signal);
  const info = signalInfo(signal);
  const ended: ExitCodeMeaning = {
    text:
      info === undefined
        ? `the process was ended by the real-time signal ${name}`
        : `the process was ended by ${name}: a signal for ${info.meaning}`,
    source: 'signal(7)',
    context: 'runtime or shell reporting 128 + signal',
  };
  const passedOn: ExitCodeMeaning = {
    text: `the main process is a shell or an init that passes on the ${String(code)} of a child`,
    source: 'POSIX.1-2024, Shell Command Language 2.8.2',
    context: 'shell or init as main process',
  };
  return [ended, passedOn, own];
}

const NOT_PROOF: ReadonlyMap<number, readonly string[]> = new Map([
  [
    0,
    [
      'It does not prove that the work was done: exit(256) shows as 0 as well, and a script reports only its last command.',
    ],
  ],
  [
    137,
    [
      'It does not prove that memory ran out: at least nine different deaths end with 137, and an out-of-memory kill is one of them.',
      'It does not prove that a signal was sent: exit(137) looks the same to the runtime.',
      'A runtime’s OOMKilled flag does not settle it: it has been seen true on exit code 0 and false after a real out-of-memory kill.',
    ],
  ],
  [
    134,
    [
      'It does not prove a bug in the program: an exhausted heap of V8 or of a Java virtual machine aborts in the same way.',
    ],
  ],
  [
    139,
    [
      'It does not prove a bug in the program’s own code: a library, a stack that overflowed or a kill -SEGV from outside end the same way.',
    ],
  ],
  [
    143,
    [
      'It does not prove an orderly stop: a program without a handler dies of SIGTERM at once, in the middle of its work.',
    ],
  ],
  [255, ['It does not prove that the program returned 255: runtimes write it when they lost the real status.']],
  [
    127,
    [
      'It does not prove that the image’s entry point is missing: a shell script whose last command was not found ends with 127 too.',
    ],
  ],
]);

function notProofOf(code: number, signal: number | undefined): readonly string[] {
  const fixed = NOT_PROOF.get(code);
  if (fixed !== undefined) return fixed;
  if (signal === undefined) return [];
  return [
    `It does not prove that ${signalName(signal)} was sent: exit(${String(code)}) looks the same to the runtime.`,
  ];
}
