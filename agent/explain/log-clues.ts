import { displayText } from '../domain/display.ts';
import type { LogTail } from '../domain/evidence.ts';

export interface LogClue {
  /** The line that matters, safe to show. */
  readonly text: string;
  readonly advice: string | undefined;
}

interface HeapPattern {
  readonly runtime: string;
  readonly pattern: RegExp;
  readonly advice: string;
  readonly command?: string;
}

/** How language runtimes say that their own heap is full. All patterns are anchored or literal: linear. */
const HEAP_PATTERNS: readonly HeapPattern[] = [
  {
    runtime: 'Node.js',
    pattern: /FATAL ERROR: .*(?:JavaScript heap out of memory|Allocation failed)/,
    advice:
      'Node.js stops at its own heap limit, not at the container’s. Raise it to about three quarters of the container’s memory.',
    command: 'NODE_OPTIONS=--max-old-space-size=MEGABYTES',
  },
  {
    runtime: 'The JVM',
    pattern: /java\.lang\.OutOfMemoryError/,
    advice:
      'The Java heap is full. Raise -XX:MaxRAMPercentage, or look at a heap dump (-XX:+HeapDumpOnOutOfMemoryError).',
  },
  {
    runtime: 'Go',
    pattern: /fatal error: runtime: (?:out of memory|cannot allocate memory)/,
    advice: 'The Go runtime could not get memory from the kernel: look at ulimit -v and GOMEMLIMIT.',
  },
  {
    runtime: 'Python',
    pattern: /^MemoryError\b/,
    advice: 'Python could not get memory: look at ulimit -v, or at an allocation that is far too large.',
  },
  {
    runtime: 'Rust',
    pattern: /^memory allocation of \d+ bytes failed/,
    advice: 'An allocation failed: look at ulimit -v, or at a size that is far too large.',
  },
  {
    runtime: 'C++',
    pattern: /std::bad_alloc/,
    advice: 'An allocation failed: look at ulimit -v, or at a size that is far too large.',
  },
];

export interface HeapClue {
  readonly runtime: string;
  readonly line: string;
  readonly advice: string;
  readonly command: string | undefined;
}

/** The last line in which a language runtime says that its own heap is full. */
export function heapClue(log: LogTail | undefined): HeapClue | undefined {
  for (const { text } of [...(log?.lines ?? [])].reverse()) {
    const found = HEAP_PATTERNS.find(({ pattern }) => pattern.test(text));
    if (found !== undefined) {
      return { runtime: found.runtime, line: quote(text), advice: found.advice, command: found.command };
    }
  }
  return undefined;
}

const CRASH_LINES = [
  /terminate called/,
  /^(?:free|malloc|realloc|corrupted|double free|munmap_chunk|malloc_consolidate)\b.*/,
  /\*\*\* .* \*\*\*/,
  /Assertion .* failed/,
  /^panic: /,
  /^fatal error: /,
  /panicked at/,
];

/** The line with which an aborting program says why. */
export function crashClue(log: LogTail | undefined): LogClue | undefined {
  const line = log?.lines.findLast(({ text }) => CRASH_LINES.some((pattern) => pattern.test(text)));
  return line === undefined ? undefined : { text: quote(line.text), advice: undefined };
}

const ERROR_WORD =
  /error|exception|fatal|panic|cannot|can't|failed|failure|not found|denied|refused|no such|invalid|unable/i;
/** How far back from the end an error line still counts as the program's last words. */
const LAST_WORDS_WINDOW = 20;

/**
 * What the program said last about its failure: the last line that reads like an error, else the last
 * line of standard error. A quote for the reader, never proof.
 */
export function lastWords(log: LogTail | undefined): string | undefined {
  const recent = (log?.lines ?? []).filter(({ text }) => text.trim() !== '').slice(-LAST_WORDS_WINDOW);
  const line =
    recent.findLast(({ text }) => ERROR_WORD.test(text)) ?? recent.findLast(({ stream }) => stream === 'stderr');
  return line === undefined ? undefined : quote(line.text);
}

const QUOTE_LIMIT = 160;

function quote(text: string): string {
  return displayText(text.trim(), QUOTE_LIMIT);
}
