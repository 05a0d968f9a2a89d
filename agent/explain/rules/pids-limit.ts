import type { Rule } from '../finding.ts';
import { itself } from '../finding.ts';
import { clueOf } from '../log-clues.ts';
import { subjectName } from '../words.ts';

const SUGGESTED_FACTOR = 4;

/**
 * The program gave up because it was refused another process. The refusal is known from its log, so this is
 * never certain; without a limit of the container it may be one of the user or of the machine.
 */
export const pidsLimit: Rule = (facts) => {
  const { subject, clue } = facts;
  const limit = facts.container.limits?.pids;
  if (limit === undefined || limit <= 0 || clue?.row.means !== 'processes') return undefined;
  if (subject?.status.kind !== 'exited' || subject.status.code === 0) return undefined;
  const more = String(limit * SUGGESTED_FACTOR);
  return {
    cause: 'limit.pids',
    certainty: 'likely',
    headline: `${subjectName(subject)} could not start another process or thread, because the container reached its limit of ${String(limit)}, and exited with code ${String(subject.status.code)}. Its last words: ${clue.clue.line}`,
    actor: itself(subject),
    subject,
    advice: [
      {
        text: `If the program needs more than ${String(limit)} processes and threads, raise the limit.`,
        command: `docker run --pids-limit ${more} …`,
      },
      { text: 'If it does not, look for processes that it starts and never waits for, or a pool without a bound.' },
    ],
    ...clueOf(facts),
  };
};
