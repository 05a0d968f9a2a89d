import type { Rule } from '../finding.ts';
import { itself } from '../finding.ts';
import { clueAdvice, clueOf } from '../log-clues.ts';
import { subjectName } from '../words.ts';
import { rootOf } from './exited.ts';

/** The program gave up because a file system was full. The kernel keeps no record of that: only the log tells. */
export const diskFull: Rule = (facts) => {
  const { subject, clue } = facts;
  if (subject?.status.kind !== 'exited' || subject.status.code === 0 || clue?.row.means !== 'disk') return undefined;
  const root = rootOf(facts, subject, subject.status.code);
  return {
    cause: 'limit.disk',
    certainty: 'likely',
    headline: `${subjectName(root)} could not write, because a file system was full, and exited with code ${String(subject.status.code)}. Its last words: ${clue.clue.line}`,
    actor: itself(root),
    subject: root,
    advice: clueAdvice(facts),
    notes: ['That a file system was full is known from its log alone: the kernel keeps no record of it.'],
    ...clueOf(facts),
  };
};
