import type { LogPattern } from './pattern.ts';

const UNCAUGHT = 'An exception was thrown and nothing in the program caught it.';
const LOOK = 'Look at the place that it names.';

/** .NET, Ruby, PHP and Perl. */
export const SCRIPTS: readonly LogPattern[] = [
  {
    id: 'dotnet.memory',
    runtime: '.NET',
    means: 'memory',
    pattern: /System\.OutOfMemoryException/,
    says: 'The .NET heap was full. Its limit is three quarters of the container’s memory unless it is set.',
    advice: 'Give the container more memory, or find out by a dump what the heap is full of.',
    command: 'dotnet-gcdump collect --process-id 1',
    example: {
      lines: [
        "Unhandled exception. System.OutOfMemoryException: Exception of type 'System.OutOfMemoryException' was thrown.",
        '   at Shop.Import.Read() in /src/Import.cs:line 42',
      ],
      quote:
        "Unhandled exception. System.OutOfMemoryException: Exception of type 'System.OutOfMemoryException' was thrown.",
      place: '/src/Import.cs:42',
    },
  },
  {
    id: 'dotnet.exception',
    runtime: '.NET',
    means: 'error',
    pattern: /^Unhandled [Ee]xception[.:] /,
    says: UNCAUGHT,
    advice: 'Look at the first line of the program’s own code below it in the stack trace.',
    example: {
      lines: [
        'Unhandled exception. System.IO.FileNotFoundException: Could not find file "/app/appsettings.json".',
        '   at System.IO.RandomAccess.OpenHandle()',
        '   at Shop.Program.Main(String[] args) in /src/Program.cs:line 9',
      ],
      quote: 'Unhandled exception. System.IO.FileNotFoundException: Could not find file "/app/appsettings.json".',
      place: '/src/Program.cs:9',
    },
  },
  {
    id: 'dotnet.framework',
    runtime: '.NET',
    means: 'error',
    pattern: /^You must install or update \.NET to run this application/,
    says: 'The image has another version of .NET than the program was built for.',
    advice: 'Use the runtime image of the version that the project targets.',
    example: {
      lines: ['You must install or update .NET to run this application.'],
      quote: 'You must install or update .NET to run this application.',
    },
  },
  {
    id: 'ruby.memory',
    runtime: 'Ruby',
    means: 'memory',
    ranOut: 'could not get memory from the kernel',
    pattern: /failed to allocate memory \(NoMemoryError\)/,
    says: 'Ruby asked for memory and got none: one object was far too large, or something bounds the memory of the process, such as ulimit -v.',
    advice: 'Load the data in pieces, or raise that bound.',
    example: {
      lines: ['[FATAL] failed to allocate memory (NoMemoryError)'],
      quote: '[FATAL] failed to allocate memory (NoMemoryError)',
    },
  },
  {
    id: 'ruby.load',
    runtime: 'Ruby',
    means: 'error',
    pattern: /cannot load such file -- (?<what>\S{1,200}) \(LoadError\)/,
    says: 'A file or gem that the program requires is not in the image.',
    advice: 'Check that the Gemfile lists it and that bundle install ran in the image.',
    command: 'RUN bundle install',
    example: {
      lines: ["/app/config.ru:1:in 'Kernel#require': cannot load such file -- rack (LoadError)"],
      quote: "/app/config.ru:1:in 'Kernel#require': cannot load such file -- rack (LoadError)",
      place: '/app/config.ru:1',
    },
  },
  {
    id: 'ruby.exception',
    runtime: 'Ruby',
    means: 'error',
    pattern: /^[^\s:]{1,250}:\d{1,7}:in [`'][^']{1,150}': .{1,400}\([A-Z][\w:]{0,80}\)/,
    says: UNCAUGHT,
    advice: LOOK,
    example: {
      lines: ["app.rb:14:in `connect': no host given (ArgumentError)", "\tfrom app.rb:20:in `<main>'"],
      quote: "app.rb:14:in `connect': no host given (ArgumentError)",
      place: 'app.rb:14',
    },
  },
  {
    id: 'php.memory',
    runtime: 'PHP',
    means: 'memory',
    ranOut: 'reached its own memory limit',
    pattern: /Allowed memory size of \d{1,15} bytes exhausted/,
    says: 'PHP stops a script at a memory limit of its own (memory_limit), which is lower than the container’s.',
    advice: 'Raise memory_limit in php.ini if the script needs that much; otherwise let it work on fewer rows at once.',
    command: 'php -d memory_limit={heap}M …',
    example: {
      lines: [
        'PHP Fatal error:  Allowed memory size of 134217728 bytes exhausted (tried to allocate 20480 bytes) in /app/export.php on line 52',
      ],
      quote:
        'PHP Fatal error:  Allowed memory size of 134217728 bytes exhausted (tried to allocate 20480 bytes) in /app/export.php on line 52',
      place: '/app/export.php:52',
    },
  },
  {
    id: 'php.thrown',
    runtime: 'PHP',
    means: 'error',
    isConsequence: true,
    pattern: /^ {2}thrown in \S{1,300} on line \d{1,7}$/,
    says: UNCAUGHT,
    advice: LOOK,
    example: {
      lines: ['  thrown in /app/index.php on line 3'],
      quote: 'thrown in /app/index.php on line 3',
      place: '/app/index.php:3',
    },
  },
  {
    id: 'php.fatal',
    runtime: 'PHP',
    means: 'error',
    pattern: /(?:PHP )?(?:Fatal|Parse) error: {1,4}\S/,
    says: 'PHP gave up on the script.',
    advice: LOOK,
    example: {
      lines: [
        'PHP Fatal error:  Uncaught PDOException: could not find driver in /app/db.php:8',
        'Stack trace:',
        '#0 /app/db.php(8): PDO->__construct()',
        '#1 {main}',
        '  thrown in /app/db.php on line 8',
      ],
      quote: 'PHP Fatal error:  Uncaught PDOException: could not find driver in /app/db.php:8',
      place: '/app/db.php:8',
    },
  },
  {
    id: 'perl.memory',
    runtime: 'Perl',
    means: 'memory',
    ranOut: 'could not get memory from the kernel',
    pattern: /^Out of memory(?: in perl:|!|\b.{0,40} during )/,
    says: 'Perl asked for memory and got none: one string or list was far too large, or something bounds the memory of the process, such as ulimit -v.',
    advice: 'Work on the data in pieces, or raise that bound.',
    example: { lines: ['Out of memory!'], quote: 'Out of memory!' },
  },
  {
    id: 'perl.module',
    runtime: 'Perl',
    means: 'error',
    pattern: /^Can't locate (?<what>\S{1,200}) in @INC/,
    says: 'A module that the program uses is not in the image.',
    advice: 'Install it in the image, by cpanm or as a package of the distribution.',
    example: {
      lines: [
        "Can't locate JSON/XS.pm in @INC (you may need to install the JSON::XS module) at /app/report.pl line 4.",
        'BEGIN failed--compilation aborted at /app/report.pl line 4.',
      ],
      quote: "Can't locate JSON/XS.pm in @INC (you may need to install the JSON::XS module) at /app/report.pl line 4.",
      place: '/app/report.pl:4',
    },
  },
  {
    id: 'perl.aborted',
    runtime: 'Perl',
    means: 'error',
    isConsequence: true,
    pattern: /^BEGIN failed--compilation aborted at /,
    says: 'Perl could not compile the program. Why is in the line above this one.',
    advice: LOOK,
    example: {
      lines: ['BEGIN failed--compilation aborted at /app/report.pl line 4.'],
      quote: 'BEGIN failed--compilation aborted at /app/report.pl line 4.',
      place: '/app/report.pl:4',
    },
  },
  {
    id: 'perl.died',
    runtime: 'Perl',
    means: 'error',
    pattern: /^.{1,400} at \S{1,250} line \d{1,7}(?:, <[^>]{1,60}> (?:line|chunk) \d{1,9})?\.$/,
    program: /^perl/,
    says: 'The program died at the line that it names, and nothing caught that.',
    advice: LOOK,
    example: {
      lines: ['no such queue: invoices at /app/worker.pl line 31.'],
      quote: 'no such queue: invoices at /app/worker.pl line 31.',
      place: '/app/worker.pl:31',
      programs: ['perl'],
    },
  },
];
