import type { LogLine } from './evidence.ts';

/** What is kept of a long stack trace: where it happened stands at one of its ends. */
const FIRST = 24;
const LAST = 8;

/** Java's `at`, Python's `File`, Rust's places, Go's files: below the message that they belong to. */
const INDENTED = /^(?:\t| {2,})\S/;
/** Go writes a call, and below it where that is. */
const GO_PLACE = /^\t\S.*:\d+/;
const GO_HEAD = /^goroutine \d+ \[/;

/**
 * Shortens stack traces to their ends, so that the message before a long one is still among the last lines: a Java
 * program that recurses without end writes a thousand lines after it, Go one trace for each goroutine. Pure.
 */
export function foldTraces(lines: readonly LogLine[]): readonly LogLine[] {
  const folded: LogLine[] = [];
  for (let at = 0; at < lines.length;) {
    const end = traceEnd(lines, at);
    const left = end - at - FIRST - LAST;
    if (left <= 1) {
      folded.push(...lines.slice(at, Math.max(end, at + 1)));
    } else {
      const first = lines[at + FIRST];
      const note: LogLine = {
        stream: first?.stream ?? 'stderr',
        text: `… ${String(left)} lines are left out …`,
        ...(first?.at !== undefined && { at: first.at }),
      };
      folded.push(...lines.slice(at, at + FIRST), note, ...lines.slice(end - LAST, end));
    }
    at = Math.max(end, at + 1);
  }
  return folded;
}

/** Where the trace that begins here ends; the same place where none does. */
function traceEnd(lines: readonly LogLine[], begin: number): number {
  let end = begin;
  while (end < lines.length && isOfTrace(lines, end)) end += 1;
  return end;
}

function isOfTrace(lines: readonly LogLine[], index: number): boolean {
  const text = lines[index]?.text ?? '';
  const next = lines[index + 1]?.text ?? '';
  return INDENTED.test(text) || GO_HEAD.test(text) || GO_PLACE.test(next) || (text === '' && GO_HEAD.test(next));
}
