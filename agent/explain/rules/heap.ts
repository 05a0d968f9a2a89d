import { Signal } from '../../domain/signals.ts';
import type { Facts, Subject } from '../facts.ts';
import type { Finding, Rule, SignalRule } from '../finding.ts';
import { itself } from '../finding.ts';
import { clueAdvice, clueOf } from '../log-clues.ts';
import { placeOf } from '../senders.ts';
import { subjectName } from '../words.ts';

/** With which a program ends itself: abort(), and what the C library or a runtime forces when that is dropped. */
const ABORTING: ReadonlySet<number> = new Set([Signal.ABRT, Signal.SEGV, Signal.ILL, Signal.TRAP]);

/** The program's own heap was full and it aborted. Said by its log, so never more than likely: a log can say anything. */
export const heapAbort: SignalRule = (facts, subject) => {
  const fatal = subject.fatal;
  if (fatal?.data.info !== 'struct' || !ABORTING.has(fatal.data.signal)) return undefined;
  return placeOf(fatal, facts.container) === 'itself' ? fromLog(facts, subject) : undefined;
};

/** The program's own heap was full and it exited. Asked only when nobody had a part in the end. */
export const heapExit: Rule = (facts) => {
  const subject = facts.subject;
  if (subject?.status.kind !== 'exited' || subject.status.code === 0) return undefined;
  return fromLog(facts, subject);
};

function fromLog(facts: Facts, subject: Subject): Finding | undefined {
  const { clue } = facts;
  if (clue?.row.means !== 'memory') return undefined;
  const { row } = clue;
  return {
    cause: 'oom.runtime',
    certainty: 'likely',
    headline: `${clue.clue.runtime} ${row.ranOut ?? 'ran out of its own heap'} in ${subjectName(subject)}: ${clue.clue.line}`,
    actor: itself(subject),
    subject,
    advice: clueAdvice(facts),
    ...clueOf(facts),
  };
}
