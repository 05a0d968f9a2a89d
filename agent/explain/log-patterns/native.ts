import type { LogPattern } from './pattern.ts';

const DAMAGED =
  'The C library found the heap damaged: the program wrote past the end of a block, freed one twice or used one after it was freed.';
const SANITIZE =
  'Where it is noticed is seldom where it happened. Build with -fsanitize=address, or run the program under valgrind: both name the line that did it.';

/** Programs in C and C++: what the C library, the C++ runtime and sanitizers say. */
export const NATIVE: readonly LogPattern[] = [
  {
    id: 'asan',
    runtime: 'AddressSanitizer',
    means: 'error',
    pattern: /^SUMMARY: \w{3,30}Sanitizer: /,
    says: 'The program was built with a sanitizer, which found it using memory that is not its own.',
    advice:
      'The place in the summary is where it was used; the report above it also tells where the memory was made and freed.',
    example: {
      lines: [
        '==1==ERROR: AddressSanitizer: heap-use-after-free on address 0x602000000010',
        'SUMMARY: AddressSanitizer: heap-use-after-free /src/cart.c:77:12 in total',
        '==1==ABORTING',
      ],
      quote: 'SUMMARY: AddressSanitizer: heap-use-after-free /src/cart.c:77:12 in total',
      place: '/src/cart.c:77',
    },
  },
  {
    id: 'asan.error',
    runtime: 'AddressSanitizer',
    means: 'error',
    isConsequence: true,
    pattern: /^==\d{1,10}==ERROR: \w{3,30}Sanitizer: /,
    says: 'The program was built with a sanitizer, which found it using memory that is not its own.',
    advice: 'The report below this line tells where.',
    example: {
      lines: ['==1==ERROR: AddressSanitizer: stack-overflow on address 0x7ffc0c7fdff8'],
      quote: '==1==ERROR: AddressSanitizer: stack-overflow on address 0x7ffc0c7fdff8',
    },
  },
  {
    id: 'cpp.memory',
    runtime: 'C++',
    means: 'memory',
    ranOut: 'could not get memory from the kernel',
    pattern: /std::bad_(?:array_new_length|alloc)/,
    says: 'The program asked for memory and got none: the size was far too large, or something bounds the memory of the process, such as ulimit -v.',
    advice: 'Look at where a size that large can come from, or raise that bound.',
    example: {
      lines: ["terminate called after throwing an instance of 'std::bad_alloc'", '  what():  std::bad_alloc'],
      quote: 'what():  std::bad_alloc',
    },
  },
  {
    id: 'cpp.exception',
    runtime: 'C++',
    means: 'error',
    pattern: /^terminate called after throwing an instance of '/,
    continues: /^ {2}what\(\): /,
    says: 'A C++ exception was thrown and nothing in the program caught it.',
    advice:
      'Catch it where it can be handled, or look for what makes the program throw it. A core dump shows the place.',
    command: 'docker run --ulimit core=-1 …',
    example: {
      lines: [
        "terminate called after throwing an instance of 'std::runtime_error'",
        '  what():  the warehouse is closed',
      ],
      quote: "terminate called after throwing an instance of 'std::runtime_error'   what():  the warehouse is closed",
    },
  },
  {
    id: 'cpp.terminate',
    runtime: 'C++',
    means: 'error',
    pattern:
      /^(?:libc\+\+abi: )?terminat(?:e|ing)(?: called)? (?:without an active exception|due to uncaught exception|called recursively)|^pure virtual method called/,
    says: 'The C++ runtime ended the program: an exception that nothing caught, a thread that was neither joined nor detached, or a call on an object that is gone.',
    advice: 'A core dump shows the place.',
    command: 'docker run --ulimit core=-1 …',
    example: {
      lines: ['terminate called without an active exception'],
      quote: 'terminate called without an active exception',
    },
  },
  {
    id: 'glibc.heap',
    runtime: 'The C library',
    means: 'error',
    pattern:
      /^(?:(?:free|malloc|realloc|munmap_chunk|malloc_consolidate|calloc|memalign|sysmalloc)\(\): \S|double free or corruption|corrupted (?:size vs|double-linked)|\*\*\* Error in `)/,
    says: DAMAGED,
    advice: SANITIZE,
    example: { lines: ['free(): double free detected in tcache 2'], quote: 'free(): double free detected in tcache 2' },
  },
  {
    id: 'glibc.stack',
    runtime: 'The C library',
    means: 'error',
    pattern: /^\*\*\* (?:stack smashing|buffer overflow) detected \*\*\*/,
    says: 'A function wrote past the end of a buffer, and the check that compilers build in noticed it.',
    advice: SANITIZE,
    example: {
      lines: ['*** stack smashing detected ***: terminated'],
      quote: '*** stack smashing detected ***: terminated',
    },
  },
  {
    id: 'glibc.fatal',
    runtime: 'The C library',
    means: 'error',
    pattern: /^Fatal glibc error: /,
    says: 'The C library met a state that it cannot go on from.',
    advice: SANITIZE,
    example: {
      lines: ['Fatal glibc error: malloc.c:4189 (_int_malloc): assertion failed: chunk_main_arena (fwd)'],
      quote: 'Fatal glibc error: malloc.c:4189 (_int_malloc): assertion failed: chunk_main_arena (fwd)',
    },
  },
  {
    id: 'c.assert',
    means: 'error',
    pattern: /Assertion (?:`.{1,300}' failed\.|failed: .{1,300}\([^():]{1,200}: [^():]{1,200}: \d{1,7}\))/,
    says: 'A condition that must always hold did not, and the program ended itself rather than go on.',
    advice: 'Look at the condition at the place that it names: what makes it false is the fault.',
    example: {
      lines: ["worker: src/queue.c:212: queue_pop: Assertion `queue->length > 0' failed."],
      quote: "worker: src/queue.c:212: queue_pop: Assertion `queue->length > 0' failed.",
      place: 'src/queue.c:212',
    },
  },
  {
    id: 'loader.library',
    runtime: 'The loader',
    means: 'library',
    pattern: /error while loading shared libraries: (?<what>[^\s:]{1,200}): cannot open shared object file/,
    says: 'The program needs a shared library that the image does not have.',
    advice:
      'Install the package that has the library, copy it from the image in which the program was built, or link the program statically.',
    command: 'ldd /path/to/program',
    example: {
      lines: [
        'app: error while loading shared libraries: libpq.so.5: cannot open shared object file: No such file or directory',
      ],
      quote:
        'app: error while loading shared libraries: libpq.so.5: cannot open shared object file: No such file or directory',
    },
  },
  {
    id: 'loader.version',
    runtime: 'The loader',
    means: 'library',
    pattern: /version `(?<what>(?:GLIBC|GLIBCXX|CXXABI)_[\d.]{1,12})' not found/,
    says: 'The program was built against a newer C or C++ library than the image has.',
    advice: 'Build it in the image that it runs in (or an older one), or use a newer base image.',
    example: {
      lines: ["/app/server: /lib/x86_64-linux-gnu/libc.so.6: version `GLIBC_2.38' not found (required by /app/server)"],
      quote: "/app/server: /lib/x86_64-linux-gnu/libc.so.6: version `GLIBC_2.38' not found (required by /app/server)",
    },
  },
  {
    id: 'loader.musl-library',
    runtime: 'The loader',
    means: 'library',
    pattern: /^Error loading shared library (?<what>[^\s:]{1,200}): /,
    says: 'The program needs a shared library that the image does not have.',
    advice:
      'Install the package that has the library (apk add …). A program built for glibc needs an image with glibc.',
    example: {
      lines: ['Error loading shared library libstdc++.so.6: No such file or directory (needed by /app/server)'],
      quote: 'Error loading shared library libstdc++.so.6: No such file or directory (needed by /app/server)',
    },
  },
  {
    id: 'loader.musl-symbol',
    runtime: 'The loader',
    means: 'library',
    pattern: /^Error relocating [^\s:]{1,250}: (?<what>[^\s:]{1,200}): symbol not found/,
    says: 'The program was built for another C library (glibc) or a newer version of a library than the image has.',
    advice:
      'Build it in an image like the one that it runs in (for Alpine: with musl), or use a base image with glibc.',
    example: {
      lines: ['Error relocating /app/server: __sprintf_chk: symbol not found'],
      quote: 'Error relocating /app/server: __sprintf_chk: symbol not found',
    },
  },
  {
    id: 'loader.symbol',
    runtime: 'The loader',
    means: 'library',
    pattern: /(?:symbol lookup error|relocation error): [^\s:]{1,250}: /,
    says: 'A library in the image has another version than the one that the program was built against.',
    advice: 'Install the same version of the library in both, or build the program in the image that it runs in.',
    example: {
      lines: ['/app/server: symbol lookup error: /app/server: undefined symbol: PQsslInUse'],
      quote: '/app/server: symbol lookup error: /app/server: undefined symbol: PQsslInUse',
    },
  },
];
