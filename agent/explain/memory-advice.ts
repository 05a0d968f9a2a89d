import { formatBytes } from '../domain/bytes.ts';
import type { Advice } from '../domain/death.ts';
import type { MemoryGrowth } from '../domain/memory-growth.ts';
import { memoryGrowth } from '../domain/memory-growth.ts';
import type { MemoryParts } from '../domain/memory-parts.ts';
import { memoryParts, totalOf } from '../domain/memory-parts.ts';
import { TELLING, lastsUs, niceLimit, rateWords } from '../domain/memory-words.ts';
import { US_PER_SECOND, formatDuration } from '../domain/time.ts';
import type { Facts, Subject } from './facts.ts';
import { memoryHistory } from './facts.ts';
import { heapAdvice } from './memory-heap-advice.ts';
import { memoryLimitCommand, sharedMemoryCommand } from './memory-spelling.ts';

/** A container that is full this soon cannot have had a leak: it needs more to do its work at all. */
const SOON_US = 60 * US_PER_SECOND;

/**
 * What to do about a container that needs more than its limit, with numbers that follow from what was seen. How much it
 * would have needed nobody knows: the kernel ends it at the limit.
 */
export function memoryAdvice(facts: Facts, limitBytes: number | undefined, subject?: Subject): Advice[] {
  const parts = memoryParts(memoryHistory(facts));
  const growth = memoryGrowth(facts.vitals, facts.diedAt, limitBytes, limitBytes);
  return [
    ...partsAdvice(facts, parts, limitBytes),
    ...(limitBytes === undefined ? [] : [limitAdvice(facts, growth, limitBytes)]),
    ...(isOfPrograms(parts) ? heapAdvice(facts, limitBytes, subject) : []),
  ];
}

function isOfPrograms(parts: MemoryParts | undefined): boolean {
  return parts === undefined || parts.anonBytes >= totalOf(parts) * (1 - TELLING);
}

/** Memory that no program's heap accounts for. */
function partsAdvice(facts: Facts, parts: MemoryParts | undefined, limitBytes: number | undefined): Advice[] {
  if (parts === undefined || totalOf(parts) === 0) return [];
  const total = totalOf(parts);
  if (parts.shmemBytes >= total * TELLING) {
    const bound = niceLimit((limitBytes ?? parts.shmemBytes) / 2);
    return [
      {
        text: `${formatBytes(parts.shmemBytes)} were files in /dev/shm or a tmpfs (or memory that processes share), and those count as the container’s memory. Give them a size well below the memory limit, such as ${formatBytes(bound)}: then the program gets “no space left” for its files instead of being killed. Or keep the files on disk.`,
        command: sharedMemoryCommand(facts.container, bound),
      },
    ];
  }
  if (parts.kernelBytes >= total * TELLING) {
    return [
      {
        text: `${formatBytes(parts.kernelBytes)} were used by the kernel on behalf of the container, not by its programs: look for connections whose data nobody reads, very many open files, or very many processes.`,
        command: 'ss -tnpm',
      },
    ];
  }
  return [];
}

function limitAdvice(facts: Facts, growth: MemoryGrowth | undefined, limitBytes: number): Advice {
  const { bytes, text } = suggestion(facts, growth, limitBytes);
  const value = niceLimit(bytes);
  return { text: text(formatBytes(value)), command: memoryLimitCommand(facts.container, value) };
}

interface Suggestion {
  readonly bytes: number;
  readonly text: (value: string) => string;
}

function suggestion(facts: Facts, growth: MemoryGrowth | undefined, limitBytes: number): Suggestion {
  const limit = formatBytes(limitBytes);
  switch (growth?.kind) {
    case 'steady': {
      const rate = growth.bytesPerSecond ?? 0;
      const longer = formatDuration(lastsUs(limitBytes, rate));
      return {
        bytes: limitBytes * 2,
        text: (value) =>
          `It grew by about ${rateWords(rate)} up to the end. Memory that only ever grows is a leak or a cache without a bound: look for that first. A higher limit only delays the end: at this rate ${value}, twice as much, lasts ${longer} longer.`,
      };
    }
    case 'step': {
      const leap = growth.leapBytes ?? 0;
      return {
        bytes: limitBytes + leap,
        text: (value) =>
          `One piece of work needed at least ${formatBytes(leap)} at once, on top of the ${formatBytes(growth.toBytes - leap)} that it had before: look for what began in its last seconds. If that is to fit, ${value} leaves room for the same once more; how much it would have taken in all nobody knows, because it was ended at ${limit}.`,
      };
    }
    case 'flat':
      return {
        bytes: limitBytes * 1.25,
        text: (value) =>
          `It lived just below its limit for ${formatDuration(growth.overUs)}, so that any small need ended it. It needs a little more than ${limit}: ${value} is a quarter more.`,
      };
    case 'saw':
      return {
        bytes: limitBytes + (limitBytes - growth.medianBytes) / 2,
        text: (value) =>
          `It usually needs about ${formatBytes(growth.medianBytes)} and has peaks above that, of which one reached ${limit}. ${value} leaves half as much room again above the usual; doing less at the same time makes the peaks lower.`,
      };
    default:
      return unknownNeed(facts, limitBytes);
  }
}

/** Too little was seen to say how it grew. */
function unknownNeed({ startedAt, diedAt }: Facts, limitBytes: number): Suggestion {
  const limit = formatBytes(limitBytes);
  const lived = startedAt === undefined ? undefined : diedAt - startedAt;
  if (lived !== undefined && lived >= 0 && lived < SOON_US) {
    return {
      bytes: limitBytes * 2,
      text: (value) =>
        `It was at ${limit} only ${formatDuration(lived)} after its start: too soon for a leak, so it needs more than that to do its work at all. How much, nobody knows, because it was ended there. Try ${value}, look at the most that it then uses, and set the limit a quarter above that.`,
    };
  }
  return {
    bytes: limitBytes * 1.5,
    text: (value) =>
      `If the program needs more than ${limit}, raise the limit; ${value} is half as much again. If it then dies in the same way, only later, it has a leak.`,
  };
}
