import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  number: 37,
  title: 'illegal instruction',
  command: ['die', 'illegal'],
  expect: {
    cause: 'crash.illegal',
    certainty: 'certain',
    victim: { program: 'die', isMain: true },
    actor: { kind: 'self', program: /^die$/ },
    exit: { code: 132, signal: 'SIGILL' },
    ruledOut: ['kill.host'],
    says: /die \(PID 1\) crashed with SIGILL/,
    never: /out of memory|sent/i,
  },
};
