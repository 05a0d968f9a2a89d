import type { LogPattern } from './pattern.ts';

const RUNTIME = 'Node.js';

export const NODE: readonly LogPattern[] = [
  {
    id: 'node.heap',
    runtime: RUNTIME,
    means: 'memory',
    pattern: /FATAL ERROR: .{0,120}(?:JavaScript heap out of memory|Allocation failed)/,
    says: 'The JavaScript heap was full. Node.js stops at a heap limit of its own, which is lower than the container’s memory limit.',
    advice:
      'Raise the heap limit of Node.js to about three quarters of the container’s memory; the rest is for buffers and code. If it fills again, look for what is kept for ever.',
    command: 'NODE_OPTIONS=--max-old-space-size={heap}',
    example: {
      lines: [
        '<--- Last few GCs --->',
        'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory',
        '----- Native stack trace -----',
      ],
      quote: 'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory',
    },
  },
  {
    id: 'node.array-buffer',
    runtime: RUNTIME,
    means: 'memory',
    ranOut: 'could not get memory for a buffer',
    pattern: /RangeError: (?:Array buffer allocation failed|WebAssembly\.Memory\(\): could not allocate memory)/,
    says: 'Buffers live outside the JavaScript heap, and there was no memory for another one.',
    advice: 'Read or send the data in pieces (streams), or give the container more memory.',
    example: {
      lines: [
        '/app/load.js:4',
        'RangeError: Array buffer allocation failed',
        '    at new ArrayBuffer (<anonymous>)',
        '    at Object.<anonymous> (/app/load.js:4:15)',
      ],
      quote: 'RangeError: Array buffer allocation failed',
      place: '/app/load.js:4',
    },
  },
  {
    id: 'node.module',
    runtime: RUNTIME,
    means: 'error',
    pattern: /Error(?: \[ERR_MODULE_NOT_FOUND\])?: Cannot find (?:module|package) '(?<what>[^']{1,300})'/,
    says: 'A file or package that the program needs is not in the image.',
    advice:
      'Check that the image has it: package.json lists it, node_modules was installed in the image (not left out by .dockerignore, not hidden by a volume), and the path is right in upper and lower case.',
    command: 'RUN npm ci --omit=dev',
    example: {
      lines: [
        'node:internal/modules/cjs/loader:1228',
        '  throw err;',
        '  ^',
        '',
        "Error: Cannot find module 'express'",
        'Require stack:',
        '- /app/server.js',
        '    at Module._resolveFilename (node:internal/modules/cjs/loader:1225:15)',
        '    at Object.<anonymous> (/app/server.js:3:17) {',
        "  code: 'MODULE_NOT_FOUND',",
        '}',
        'Node.js v24.11.0',
      ],
      quote: "Error: Cannot find module 'express'",
      place: '/app/server.js:3',
    },
  },
  {
    id: 'node.rejection',
    runtime: RUNTIME,
    means: 'error',
    pattern: /\[?UnhandledPromiseRejection(?:Warning)?: /,
    says: 'A promise was rejected and nobody handled it; since version 15 Node.js ends the program for that.',
    advice: 'Handle the rejection where the promise is made: await it inside try, or add .catch().',
    example: {
      lines: [
        'node:internal/process/promises:394',
        '      triggerUncaughtException(err, true /* fromPromise */);',
        '      ^',
        '',
        '[UnhandledPromiseRejection: This error originated either by throwing inside of an async function without a catch block, or by rejecting a promise which was not handled with .catch(). The promise rejected with the reason "no database".] {',
        "  code: 'ERR_UNHANDLED_REJECTION'",
        '}',
      ],
      quote:
        '[UnhandledPromiseRejection: This error originated either by throwing inside of an async function without a catch block, or by rejecting a promise which was not…',
    },
  },
  {
    id: 'node.error',
    runtime: RUNTIME,
    means: 'error',
    pattern: /^(?:Uncaught )?[A-Za-z_$]{0,60}(?:Error|Exception)(?: \[[A-Z_]{1,60}\])?(?::|$)/,
    precedes: /^ {4}at /,
    says: 'An error was thrown and nothing in the program caught it.',
    advice: 'Look at the place that the stack trace names first among the program’s own files.',
    example: {
      lines: [
        '/app/server.js:12',
        '  throw new TypeError(`port is ${port}`);',
        '  ^',
        '',
        'TypeError: port is undefined',
        '    at listen (/app/lib/listen.js:40:9)',
        '    at Object.<anonymous> (/app/server.js:12:9)',
        'Node.js v24.11.0',
      ],
      quote: 'TypeError: port is undefined',
      place: '/app/lib/listen.js:40',
    },
  },
];
