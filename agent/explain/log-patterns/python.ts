import type { LogPattern } from './pattern.ts';

const RUNTIME = 'Python';
const TRACEBACK = /^\s{0,40}(?:\| )?(?:Traceback \(most recent call last\):|File "[^"]{1,400}", line \d)/;

export const PYTHON: readonly LogPattern[] = [
  {
    id: 'python.memory',
    runtime: RUNTIME,
    means: 'memory',
    ranOut: 'could not get memory from the kernel',
    pattern: /^[\w.]{0,100}MemoryError\b/,
    says: 'Python asked for memory and the kernel gave none. That is not the container’s memory limit, which kills instead: either one object was far too large, or something bounds the memory of the process, such as ulimit -v.',
    advice: 'Load the data in pieces, or raise that bound.',
    example: {
      lines: [
        'Traceback (most recent call last):',
        '  File "/app/load.py", line 3, in <module>',
        '    rows = bytearray(1 << 34)',
        'MemoryError',
      ],
      quote: 'MemoryError',
      place: '/app/load.py:3',
    },
  },
  {
    id: 'python.threads',
    runtime: RUNTIME,
    means: 'processes',
    pattern: /RuntimeError: can't start new thread/,
    says: 'The kernel refused Python another thread.',
    advice: 'Raise the limit of processes and threads, or bound the pool that starts them.',
    example: {
      lines: [
        'Traceback (most recent call last):',
        '  File "/app/pool.py", line 9, in <module>',
        '    worker.start()',
        '  File "/usr/lib/python3.11/threading.py", line 957, in start',
        "RuntimeError: can't start new thread",
      ],
      quote: "RuntimeError: can't start new thread",
      place: '/app/pool.py:9',
    },
  },
  {
    id: 'python.library',
    runtime: RUNTIME,
    means: 'error',
    pattern: /^ImportError: (?<what>[\w.+-]{1,80}\.so[\w.]{0,20}): cannot open shared object file/,
    says: 'A Python package needs a library of the system that the image does not have.',
    advice:
      'Install the distribution’s package that has the library. Slim images leave many out; libGL.so.1 for example is in libgl1.',
    command: 'RUN apt-get update && apt-get install --yes --no-install-recommends PACKAGE',
    example: {
      lines: [
        'Traceback (most recent call last):',
        '  File "/app/main.py", line 1, in <module>',
        '    import cv2',
        'ImportError: libGL.so.1: cannot open shared object file: No such file or directory',
      ],
      quote: 'ImportError: libGL.so.1: cannot open shared object file: No such file or directory',
      place: '/app/main.py:1',
    },
  },
  {
    id: 'python.import',
    runtime: RUNTIME,
    means: 'error',
    pattern: /^(?:ModuleNotFoundError|ImportError): /,
    follows: TRACEBACK,
    says: 'A module that the program imports is not in the image, or does not have the name that is imported from it.',
    advice:
      'Check that the image has it: it is in requirements.txt, was installed for this Python, and no file of the program has the same name as the package.',
    command: 'RUN pip install --no-cache-dir -r requirements.txt',
    example: {
      lines: [
        'Traceback (most recent call last):',
        '  File "/app/main.py", line 2, in <module>',
        '    import flask',
        "ModuleNotFoundError: No module named 'flask'",
      ],
      quote: "ModuleNotFoundError: No module named 'flask'",
      place: '/app/main.py:2',
    },
  },
  {
    id: 'python.cannot-open',
    runtime: RUNTIME,
    means: 'error',
    pattern: /^\S{0,120}python[\d.]{0,6}: can't (?:open file|find '__main__' module)/,
    says: 'Python started, but what it was told to run is not in the image.',
    advice: 'Check the path of the script against what the image holds and against the working folder (WORKDIR).',
    example: {
      lines: ["python3: can't open file '/srv/app.py': [Errno 2] No such file or directory"],
      quote: "python3: can't open file '/srv/app.py': [Errno 2] No such file or directory",
    },
  },
  {
    id: 'python.exception',
    runtime: RUNTIME,
    means: 'error',
    pattern: /^[A-Za-z_][\w.]{0,150}(?:: .{0,400})?$/,
    follows: /^ {2}File "[^"]{1,400}", line \d/,
    says: 'An exception was raised and nothing in the program caught it.',
    advice: 'Look at the last line of the program’s own code in the traceback above it.',
    example: {
      lines: [
        'Traceback (most recent call last):',
        '  File "/app/main.py", line 7, in <module>',
        '    start()',
        '  File "/app/shop/start.py", line 21, in start',
        "    url = os.environ['DATABASE_URL']",
        '          ~~~~~~~~~~^^^^^^^^^^^^^^^^',
        '  File "<frozen os>", line 685, in __getitem__',
        "KeyError: 'DATABASE_URL'",
      ],
      quote: "KeyError: 'DATABASE_URL'",
      place: '/app/shop/start.py:21',
    },
  },
  {
    id: 'gunicorn.boot',
    runtime: 'gunicorn',
    means: 'error',
    isConsequence: true,
    pattern: /Worker failed to boot|\[ERROR\] Reason: (?:Worker|App) failed to (?:boot|load)/,
    says: 'gunicorn gave up because its workers could not load the application. Why is in the log above this line.',
    advice: 'Run a worker alone to see its error, or start gunicorn with --preload.',
    command: 'gunicorn --check-config APP',
    example: {
      lines: ['[2026-11-02 10:00:00 +0000] [1] [ERROR] Reason: Worker failed to boot.'],
      quote: '[2026-11-02 10:00:00 +0000] [1] [ERROR] Reason: Worker failed to boot.',
    },
  },
];
