import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  number: 36,
  title: 'integer division by zero',
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
