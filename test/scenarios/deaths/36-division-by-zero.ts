import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  number: 36,
  title: 'integer division by zero',
  elsewhere: 'needs a processor that traps at a division by zero: on arm64 the result is 0',
  needs: 'x86',
  command: ['die', 'divide'],
  expect: {
    cause: 'crash.fpe',
    certainty: 'certain',
    victim: { program: 'die', isMain: true },
    actor: { kind: 'self', program: /^die$/ },
    exit: { code: 136, signal: 'SIGFPE' },
    ruledOut: ['kill.host'],
    says: /die \(PID 1\) crashed with SIGFPE: it divided an integer by zero, in divide\(\) at die\.c:\d+/,
    never: /out of memory|sent/i,
  },
};
