import type { LogPattern } from './pattern.ts';

const RUNTIME = 'Go';
const TRACE = 'Look at the first line of the program’s own code in the goroutine that it prints first.';

export const GO: readonly LogPattern[] = [
  {
    id: 'go.memory',
    runtime: RUNTIME,
    means: 'memory',
    ranOut: 'could not get memory from the kernel',
    pattern: /fatal error: (?:runtime: )?(?:out of memory|cannot allocate memory)/,
    says: 'The Go runtime asked the kernel for memory and got none. That is no limit of Go’s: something bounds the memory of the process, such as ulimit -v.',
    advice: 'Raise that bound, and let Go collect garbage before it is reached: GOMEMLIMIT at nine tenths of it.',
    example: {
      lines: [
        'runtime: out of memory: cannot allocate 33554432-byte block (171769856 in use)',
        'fatal error: out of memory',
        '',
        'goroutine 1 [running]:',
        'runtime.throw({0x465657?, 0x1000?})',
        '\t/usr/lib/go-1.19/src/runtime/panic.go:1047 +0x5d fp=0xc000036620 sp=0xc0000365f0 pc=0x42d93d',
        'main.main()',
        '\t/src/api/main.go:19 +0x1d',
      ],
      quote: 'fatal error: out of memory',
      place: '/src/api/main.go:19',
    },
  },
  {
    id: 'go.threads',
    runtime: RUNTIME,
    means: 'processes',
    pattern: /runtime: (?:failed to create new OS thread|may need to increase max user processes)/,
    says: 'The kernel refused the Go runtime another thread.',
    advice: 'Raise the limit of processes and threads, or bound what blocks in system calls at the same time.',
    example: {
      lines: ['runtime: failed to create new OS thread (have 11 already; errno=11)'],
      quote: 'runtime: failed to create new OS thread (have 11 already; errno=11)',
    },
  },
  {
    id: 'go.deadlock',
    runtime: RUNTIME,
    means: 'error',
    pattern: /fatal error: all goroutines are asleep - deadlock!/,
    says: 'Every goroutine waited for another one, so that nothing could ever go on.',
    advice:
      'Look at what each goroutine in the trace waits for: a channel that nobody sends to, or a lock that is held.',
    example: {
      lines: [
        'fatal error: all goroutines are asleep - deadlock!',
        '',
        'goroutine 1 [chan receive]:',
        'main.main()',
        '\t/src/api/main.go:8 +0x2c',
      ],
      quote: 'fatal error: all goroutines are asleep - deadlock!',
      place: '/src/api/main.go:8',
    },
  },
  {
    id: 'go.map',
    runtime: RUNTIME,
    means: 'error',
    pattern: /fatal error: concurrent map (?:writes|read and map write|iteration and map write)/,
    says: 'Two goroutines used the same map at the same time, which Go does not allow and cannot recover from.',
    advice: 'Guard the map with a sync.Mutex, or use sync.Map; go test -race finds the places.',
    example: {
      lines: [
        'fatal error: concurrent map writes',
        '',
        'goroutine 19 [running]:',
        'main.count(...)',
        '\t/src/api/count.go:31',
      ],
      quote: 'fatal error: concurrent map writes',
      place: '/src/api/count.go:31',
    },
  },
  {
    id: 'go.fatal',
    runtime: RUNTIME,
    means: 'error',
    pattern: /^fatal error: /,
    precedes: /^goroutine \d|^runtime stack:|^\[signal /,
    says: 'The Go runtime met a state that it cannot go on from; no recover() catches it.',
    advice: TRACE,
    example: {
      lines: [
        'runtime: goroutine stack exceeds 1000000000-byte limit',
        'fatal error: stack overflow',
        '',
        'runtime stack:',
        'goroutine 1 [running]:',
        'main.walk(0x5)',
        '\t/src/api/walk.go:14 +0x3f',
      ],
      quote: 'fatal error: stack overflow',
      place: '/src/api/walk.go:14',
    },
  },
  {
    id: 'go.nil',
    runtime: RUNTIME,
    means: 'error',
    pattern: /^panic: runtime error: invalid memory address or nil pointer dereference/,
    says: 'The program used a pointer, map or interface that is nil.',
    advice: TRACE,
    example: {
      lines: [
        'panic: runtime error: invalid memory address or nil pointer dereference',
        '[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x48f1a2]',
        '',
        'goroutine 1 [running]:',
        'net/http.(*Server).Serve(0xc0000b6000)',
        '\t/usr/local/go/src/net/http/server.go:3285 +0x3b4',
        'main.main()',
        '\t/src/api/main.go:44 +0x42',
      ],
      quote: 'panic: runtime error: invalid memory address or nil pointer dereference',
      place: '/src/api/main.go:44',
    },
  },
  {
    id: 'go.panic',
    runtime: RUNTIME,
    means: 'error',
    pattern: /^panic: /,
    says: 'The program panicked and nothing recovered from it.',
    advice: TRACE,
    example: {
      lines: [
        'panic: config: no such key: listen',
        '',
        'goroutine 1 [running]:',
        'main.main()',
        '\t/src/api/main.go:12 +0x59',
      ],
      quote: 'panic: config: no such key: listen',
      place: '/src/api/main.go:12',
    },
  },
];
