import type { LogPattern } from './pattern.ts';

const RUNTIME = 'Rust';

export const RUST: readonly LogPattern[] = [
  {
    id: 'rust.memory',
    runtime: RUNTIME,
    means: 'memory',
    ranOut: 'could not get memory from the kernel',
    pattern: /^memory allocation of \d{1,20} bytes failed/,
    says: 'The program asked for memory and got none: the size was far too large, or something bounds the memory of the process, such as ulimit -v.',
    advice: 'Look at where a size of that order can come from, or raise that bound.',
    example: {
      lines: ['memory allocation of 17179869184 bytes failed'],
      quote: 'memory allocation of 17179869184 bytes failed',
    },
  },
  {
    id: 'rust.panic',
    runtime: RUNTIME,
    means: 'error',
    pattern: /^thread '[^']{0,80}'(?: \(\d{1,10}\))? panicked at [^']/,
    continues: /^.{1,400}$/,
    says: 'The program panicked: it met a state that its author took for impossible.',
    advice: 'Look at the place that it names. RUST_BACKTRACE=1 shows who called it.',
    command: 'docker run --env RUST_BACKTRACE=1 …',
    example: {
      lines: [
        "thread 'main' panicked at src/main.rs:4:37:",
        'called `Option::unwrap()` on a `None` value',
        'note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace',
      ],
      quote: "thread 'main' panicked at src/main.rs:4:37: called `Option::unwrap()` on a `None` value",
      place: 'src/main.rs:4',
    },
  },
  {
    id: 'rust.stack',
    runtime: RUNTIME,
    means: 'error',
    pattern: /^thread '[^']{0,80}'(?: \(\d{1,10}\))? has overflowed its stack/,
    says: 'A thread used up its stack, most often by a function that calls itself without end.',
    advice:
      'Look for recursion that does not end. A thread that rightly needs more gets it by RUST_MIN_STACK or thread::Builder.',
    example: {
      lines: ["thread 'main' has overflowed its stack", 'fatal runtime error: stack overflow, aborting'],
      quote: "thread 'main' has overflowed its stack",
    },
  },
  {
    id: 'rust.error',
    runtime: RUNTIME,
    means: 'error',
    pattern: /^Error: (?:Os|Custom|Error|[A-Z]\w{1,60}Error)(?: \{ |\().{0,600}\b(?:kind|message|code|error): /,
    says: 'The program’s main function returned an error, which ends it with exit code 1.',
    advice:
      'The error says what failed, not on what: the file or address has to be added where the error is passed on.',
    example: {
      lines: ['Error: Os { code: 2, kind: NotFound, message: "No such file or directory" }'],
      quote: 'Error: Os { code: 2, kind: NotFound, message: "No such file or directory" }',
    },
  },
  {
    id: 'rust.panic-before-1.73',
    runtime: RUNTIME,
    means: 'error',
    pattern: /^thread '[^']{0,80}' panicked at '/,
    says: 'The program panicked: it met a state that its author took for impossible.',
    advice: 'Look at the place that it names. RUST_BACKTRACE=1 shows who called it.',
    command: 'docker run --env RUST_BACKTRACE=1 …',
    example: {
      lines: ["thread 'tokio-runtime-worker' panicked at 'no route for /health', src/routes.rs:118:9"],
      quote: "thread 'tokio-runtime-worker' panicked at 'no route for /health', src/routes.rs:118:9",
      place: 'src/routes.rs:118',
    },
  },
];
