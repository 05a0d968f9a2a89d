import { displayText } from '../../domain/display.ts';
import type { LogTail } from '../../domain/evidence.ts';
import type { Rule } from '../finding.ts';
import { itself } from '../finding.ts';
import { subjectName } from '../words.ts';

/** What programs say when the kernel refuses them another process or thread (EAGAIN of clone). */
const REFUSED: readonly RegExp[] = [
  /fork.{0,80}Resource temporarily unavailable/i,
  /can't fork/i,
  /unable to create (?:new )?native thread/i,
  /can't start new thread/i,
  /failed to create new OS thread/i,
  /(?:pthread_create|uv_thread_create).{0,80}Resource temporarily unavailable/i,
];
const QUOTE_LIMIT = 160;
const SUGGESTED_FACTOR = 4;

/**
 * The program gave up because it was refused another process. The refusal is known from its log, so this is
 * never certain; without a limit of the container it may be one of the user or of the machine.
 */
export const pidsLimit: Rule = (facts) => {
  const subject = facts.subject;
  const limit = facts.container.limits?.pids;
  if (limit === undefined || limit <= 0) return undefined;
  if (subject?.status.kind !== 'exited' || subject.status.code === 0) return undefined;
  const line = refusal(facts.logTail);
  if (line === undefined) return undefined;
  const more = String(limit * SUGGESTED_FACTOR);
  return {
    cause: 'limit.pids',
    certainty: 'likely',
    headline: `${subjectName(subject)} could not start another process or thread, because the container reached its limit of ${String(limit)}, and exited with code ${String(subject.status.code)}. Its last words: ${line}`,
    actor: itself(subject),
    subject,
    advice: [
      {
        text: `If the program needs more than ${String(limit)} processes and threads, raise the limit.`,
        command: `docker run --pids-limit ${more} …`,
      },
      { text: 'If it does not, look for processes that it starts and never waits for, or a pool without a bound.' },
    ],
  };
};

function refusal(log: LogTail | undefined): string | undefined {
  const line = log?.lines.findLast(({ text }) => REFUSED.some((pattern) => pattern.test(text)));
  return line === undefined ? undefined : displayText(line.text.trim(), QUOTE_LIMIT);
}
