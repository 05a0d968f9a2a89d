import type { LogPattern } from './pattern.ts';

/** What every program may be refused by the kernel, in whatever language it says so. */
export const RESOURCES: readonly LogPattern[] = [
  {
    id: 'kernel.watches',
    means: 'error',
    pattern: /System limit for number of file watchers reached|inotify.{0,80}(?:No space left on device|limit)/,
    says: 'The machine’s limit of watched files (inotify) was reached. No disk is full, although the message says so.',
    advice: 'Raise the limit on the host, for all its containers.',
    command: 'sysctl fs.inotify.max_user_watches=524288',
    example: {
      lines: ["Error: ENOSPC: System limit for number of file watchers reached, watch '/app/src'"],
      quote: "Error: ENOSPC: System limit for number of file watchers reached, watch '/app/src'",
    },
  },
  {
    id: 'kernel.shared-memory',
    means: 'error',
    pattern: /could not resize shared memory segment .{1,120}No space left on device/,
    says: 'The container’s /dev/shm was full. It is no disk but memory, and has 64 MiB unless it is set.',
    advice: 'Give the container a larger /dev/shm.',
    command: 'docker run --shm-size 256m …',
    example: {
      lines: [
        'ERROR:  could not resize shared memory segment "/PostgreSQL.1" to 8388608 bytes: No space left on device',
      ],
      quote: 'ERROR:  could not resize shared memory segment "/PostgreSQL.1" to 8388608 bytes: No space left on device',
    },
  },
  {
    id: 'kernel.disk',
    means: 'disk',
    pattern: /No space left on device|\bENOSPC\b|not enough space on the disk|database or disk is full/i,
    says: 'A file system that the program wrote to was full.',
    advice:
      'Find out which file system was full. The container’s own files and its volumes lie on the host’s disk: free space there. A tmpfs has a size of its own: give it more, or write elsewhere. Logs and temporary files that are never removed come back to the same point.',
    command: 'df -h; docker system df',
    example: {
      lines: ['dd: error writing "/data/out": No space left on device'],
      quote: 'dd: error writing "/data/out": No space left on device',
    },
  },
  {
    id: 'kernel.quota',
    means: 'disk',
    pattern: /Disk quota exceeded|\bEDQUOT\b/,
    says: 'The disk has room, but this user or this project has used up its share of it.',
    advice: 'Raise the quota of the volume, or remove what is no longer needed there.',
    example: {
      lines: ['cp: error writing "/data/dump": Disk quota exceeded'],
      quote: 'cp: error writing "/data/dump": Disk quota exceeded',
    },
  },
  {
    id: 'kernel.read-only',
    means: 'error',
    pattern: /Read-only file system|\bEROFS\b/i,
    says: 'The program tried to write to a file system that is mounted read-only.',
    advice:
      'Mount a volume or a tmpfs where the program writes, or drop :ro or --read-only. On a host whose disk has errors the kernel turns the file system read-only by itself: dmesg tells.',
    command: 'docker run --tmpfs /tmp …',
    example: {
      lines: ["OSError: [Errno 30] Read-only file system: '/srv/cache'"],
      quote: "OSError: [Errno 30] Read-only file system: '/srv/cache'",
    },
  },
  {
    id: 'kernel.files',
    means: 'error',
    pattern: /Too many open files|\bEMFILE\b|\bENFILE\b/i,
    says: 'The program had as many files and connections open as its limit allows.',
    advice:
      'If it needs that many, raise the limit. If the number only ever grows, it does not close what it opens: ls /proc/PID/fd shows what.',
    command: 'docker run --ulimit nofile=65536:65536 …',
    example: {
      lines: ['accept4: Too many open files'],
      quote: 'accept4: Too many open files',
    },
  },
  {
    id: 'kernel.processes',
    means: 'processes',
    pattern:
      /fork.{0,80}Resource temporarily unavailable|can't fork|(?:pthread_create|uv_thread_create).{0,80}Resource temporarily unavailable|spawn .{1,120} EAGAIN/i,
    says: 'The kernel refused another process or thread.',
    advice: 'Raise the limit of processes and threads, or look for what starts them and never waits for their end.',
    example: {
      lines: ['server: fork: retry: Resource temporarily unavailable'],
      quote: 'server: fork: retry: Resource temporarily unavailable',
    },
  },
  {
    id: 'kernel.port-privileged',
    means: 'error',
    pattern: /(?:listen|bind).{0,80}(?:EACCES|[Pp]ermission denied)/,
    says: 'The program may not listen there: ports below 1024 are for root unless the container is allowed to use them.',
    advice: 'Listen on a port from 1024 on and publish it as the other one.',
    command: 'docker run --publish 80:8080 …',
    example: {
      lines: ['Error: listen EACCES: permission denied 0.0.0.0:80'],
      quote: 'Error: listen EACCES: permission denied 0.0.0.0:80',
    },
  },
  {
    id: 'kernel.port-in-use',
    means: 'error',
    pattern: /address (?:is )?already in use|\bEADDRINUSE\b|Port \d{1,5} (?:was|is) already in use/i,
    says: 'Another program listens on that port already: a second copy of this one, a sidecar in the same network, or, with the host’s network, a program of the host.',
    advice: 'Find out who has the port, and end it or use another one.',
    command: 'ss -ltnp',
    example: {
      lines: ['listen tcp :8080: bind: address already in use'],
      quote: 'listen tcp :8080: bind: address already in use',
    },
  },
  {
    id: 'kernel.memory',
    means: 'error',
    pattern: /Cannot allocate memory|\bENOMEM\b/i,
    says: 'The kernel refused memory without killing anybody: something bounds the memory of the process (ulimit -v), a lock limit (ulimit -l), or the machine does not overcommit.',
    advice: 'Look at the limits of the process and at vm.overcommit_memory of the host.',
    command: 'cat /proc/PID/limits',
    example: {
      lines: ['mmap: Cannot allocate memory'],
      quote: 'mmap: Cannot allocate memory',
    },
  },
];

/** So common that anything more precise goes first. */
export const PERMISSION: readonly LogPattern[] = [
  {
    id: 'kernel.permission',
    means: 'error',
    pattern: /Permission denied|\bEACCES\b|Operation not permitted|\bEPERM\b|PermissionError|AccessDeniedException/i,
    says: 'The kernel did not let the program do it: the user that it runs as has no right to the file, or the container lacks the capability.',
    advice:
      'See as which user it runs and to whom the file belongs; folders that Docker makes for a bind mount belong to root.',
    command: 'docker run --user 0 --rm IMAGE ls -ln PATH',
    example: {
      lines: ["cat: can't open '/data/key': Permission denied"],
      quote: "cat: can't open '/data/key': Permission denied",
    },
  },
];
