import type { Scenario } from '../scenario.ts';

/** A Java virtual machine as PID 1. What stands for a failed abort() on other processors comes by another signal. */
export const scenario: Scenario = {
  number: 67,
  title: 'its handler takes what the C library forces in place of abort(), too',
  needs: 'x86',
  command: ['die', 'handler-aborts-again'],
  expect: {
    cause: 'crash.abort',
    certainty: 'likely',
    victim: { program: 'die', isMain: true },
    actor: { kind: 'self', program: /^die$/ },
    exit: { code: 127, signal: null },
    ruledOut: [],
    says: /die \(PID 1\) aborted itself/,
    never: /not found|out of memory/i,
  },
};
