import { RERAISE_US } from '../../domain/handled-fault.ts';
import { signalName } from '../../domain/signals.ts';
import { formatDuration } from '../../domain/time.ts';
import type { Rule } from '../finding.ts';
import { itself } from '../finding.ts';
import { clueAdvice, clueOf } from '../log-clues.ts';
import { subjectName } from '../words.ts';
import { bySignal, causeOfFault, crashAdvice } from './crash.ts';
import { rootOf } from './exited.ts';
import { onlyFault } from './only-fault.ts';

/**
 * The program's handler of a fault ended it with the exit code that the fault would have given. Never certain: the
 * kernel tells of the fault and of the exit, and not from where in the program the exit came.
 */
export const handledCrash: Rule = (facts) => {
  const main = facts.subject;
  if (main?.status.kind !== 'exited') return undefined;
  const { code } = main.status;
  const root = rootOf(facts, main, code);
  const fault = onlyFault(root, RERAISE_US);
  const cause = fault === undefined ? undefined : causeOfFault(fault);
  if (fault === undefined || cause === undefined || code !== 128 + fault.data.signal) return undefined;
  const name = signalName(fault.data.signal);
  const passing = root === main ? '' : `, and ${subjectName(main)} passed it on`;
  return {
    cause,
    certainty: 'likely',
    headline: `${subjectName(root)} crashed with ${name}: ${bySignal(fault)}; its handler for ${name} then ended it with exit code ${String(code)}${passing}.`,
    actor: itself(root),
    subject: root,
    advice: [
      ...crashAdvice(cause, fault, undefined),
      {
        text: `The handler hides where it happened. One that sets ${name} back to its default and returns leaves the crash to the kernel, and Inquest then tells the place.`,
      },
      ...clueAdvice(facts),
    ],
    notes: [
      `Exit code ${String(code)} is the one that ${name} would have given; that it was the handler which ended the program, ${formatDuration(root.at - fault.at)} after the fault, follows from that alone.`,
    ],
    ...clueOf(facts),
  };
};
