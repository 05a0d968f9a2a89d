import { MIB, formatBytes } from '../domain/bytes.ts';
import type { Advice } from '../domain/death.ts';
import { biggestProcesses } from '../domain/memory-processes.ts';
import { processName } from '../domain/process.ts';
import type { Facts, Subject } from './facts.ts';
import { memoryHistory } from './facts.ts';
import { variableCommand } from './memory-spelling.ts';

const HEAP_SHARE = 0.75;
const GO_SHARE = 0.9;

type Advise = (facts: Facts, limitBytes: number) => Advice;

/** How a language runtime is told to stay below a limit of the container. */
const BY_PROGRAM: readonly (readonly [RegExp, Advise])[] = [
  [
    /^node(?:js)?$/,
    ({ container }, limit) => {
      const heap = Math.floor((limit * HEAP_SHARE) / MIB);
      return {
        text: `Let Node.js stop before the limit does: a heap of ${String(heap)} MiB, three quarters of ${formatBytes(limit)}, leaves room for buffers and code. If that is too little it ends with a message of its own, which names the cause better than a kill.`,
        command: variableCommand(container, `NODE_OPTIONS=--max-old-space-size=${String(heap)}`),
      };
    },
  ],
  [
    /^java$/,
    ({ container }, limit) => ({
      text: `The Java heap is only one part of what the JVM uses; threads, classes and buffers come on top. A heap of three quarters of the ${formatBytes(limit)} leaves room for them, and ends with an OutOfMemoryError of its own when it is full.`,
      command: variableCommand(container, 'JAVA_TOOL_OPTIONS=-XX:MaxRAMPercentage=75'),
    }),
  ],
  [
    /^(?:python[\d.]*|gunicorn|uvicorn|celery)$/,
    () => ({
      text: 'Python has no memory limit of its own. Work on the data in pieces instead of all at once, run fewer workers in one container, or have workers replaced now and then (gunicorn: --max-requests).',
    }),
  ],
  [
    /^dotnet$/,
    ({ container }) => ({
      text: '.NET takes three quarters of the container’s limit for its heap. If much memory lies outside of the heap, let it take less.',
      command: variableCommand(container, 'DOTNET_GCHeapHardLimitPercent=0x32'),
    }),
  ],
  [
    /^php(?:-fpm)?[\d.]*$/,
    () => ({
      text: 'Every PHP worker may use up to memory_limit: that times the number of workers (pm.max_children) must fit into the container.',
    }),
  ],
  [
    /^postgres$/,
    () => ({
      text: 'PostgreSQL uses shared_buffers once, and work_mem for every sort of every connection: lower work_mem or max_connections until the sum fits.',
    }),
  ],
  [
    /^redis-server$/,
    (_facts, limit) => ({
      text: `Tell Redis how much it may keep: three quarters of ${formatBytes(limit)} leave room for the copy that it makes when it saves.`,
      command: `redis-server --maxmemory ${String(Math.floor((limit * HEAP_SHARE) / MIB))}mb --maxmemory-policy allkeys-lru`,
    }),
  ],
];

/** Tools that have no heap to be told about. */
const PLAIN: ReadonlySet<string> = new Set([
  'sh',
  'bash',
  'dash',
  'ash',
  'busybox',
  'dd',
  'cat',
  'cp',
  'tar',
  'gzip',
  'sort',
]);

/** By the program that used the most, else by the one that was killed. */
export function heapAdvice(facts: Facts, limitBytes: number | undefined, subject?: Subject): Advice[] {
  if (limitBytes === undefined) return [];
  const [biggest] = biggestProcesses(memoryHistory(facts), facts.diedAt);
  const names = [
    ...(biggest?.process === undefined ? [] : [processName(biggest.process)]),
    ...(subject === undefined ? [] : [processName(subject.process)]),
  ];
  for (const name of names) {
    const known = BY_PROGRAM.find(([program]) => program.test(name));
    if (known !== undefined) return [known[1](facts, limitBytes)];
  }
  if (names.some((name) => PLAIN.has(name))) return [];
  const go = Math.floor((limitBytes * GO_SHARE) / MIB);
  return [
    {
      text: `If it is written in Go, GOMEMLIMIT makes it collect its garbage before the limit is reached: nine tenths of ${formatBytes(limitBytes)}.`,
      command: variableCommand(facts.container, `GOMEMLIMIT=${String(go)}MiB`),
    },
  ];
}
