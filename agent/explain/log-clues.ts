import { displayText } from '../domain/display.ts';
import type { Facts } from './facts.ts';
import type { Finding } from './finding.ts';

const ERROR_WORD =
  /error|exception|fatal|panic|cannot|can't|failed|failure|not found|denied|refused|no such|invalid|unable/i;
/** How far back from the end an error line still counts as the program's last words. */
const LAST_WORDS_WINDOW = 20;
const QUOTE_LIMIT = 160;

/**
 * What the program said last about its failure: the line that is recognised, else the last line that reads like an error,
 * else the last line of standard error. A quote for the reader, never proof.
 */
export function lastWords({ logTail, clue }: Facts): string | undefined {
  if (clue !== undefined) return clue.clue.line;
  const recent = (logTail?.lines ?? []).filter(({ text }) => text.trim() !== '').slice(-LAST_WORDS_WINDOW);
  const line =
    recent.findLast(({ text }) => ERROR_WORD.test(text)) ?? recent.findLast(({ stream }) => stream === 'stderr');
  return line === undefined ? undefined : displayText(line.text.trim(), QUOTE_LIMIT);
}

/** What the finding takes over from the clue. */
export function clueOf({ clue }: Facts): Pick<Finding, 'logClue'> {
  return clue === undefined ? {} : { logClue: clue.clue };
}

/** Three quarters of the memory limit: a heap that leaves room for what is not heap. */
const HEAP_SHARE = 0.75;
const MIB = 1_048_576;

/** What to do about it, with the number that follows from the container's limit. */
export function clueAdvice({ clue, container }: Facts): Finding['advice'] {
  if (clue === undefined) return [];
  const { advice, command } = clue.row;
  const limit = container.limits?.memoryBytes;
  const heap = limit === undefined || limit <= 0 ? 'MEGABYTES' : String(Math.floor((limit * HEAP_SHARE) / MIB));
  return [{ text: advice, ...(command === undefined ? {} : { command: command.replace('{heap}', heap) }) }];
}
