import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  number: 52,
  title: 'multi-threaded program, leader exits first',
  command: ['die', 'leader-leaves'],
  expect: {
    cause: 'exit.error',
    certainty: 'certain',
    victim: { program: 'die', isMain: true },
    actor: { kind: 'self' },
    exit: { code: 5, signal: null },
    says: /die \(PID 1\) exited by itself with code 5/,
    never: /killed|memory/i,
  },
};
