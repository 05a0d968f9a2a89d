import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  number: 27,
  title: 'PR_SET_PDEATHSIG',
  command: ['die', 'parent-leaves'],
  expect: {
    cause: 'kill.parent-death',
    certainty: 'certain',
    victim: { program: 'die', isMain: false },
    actor: { kind: 'inside' },
    exit: { code: 137, signal: null },
    ruledOut: ['oom.container'],
    says: /had asked to be ended with its parent, .*; die \(PID 1\) passed that on as exit code 137/,
    never: /out of memory|docker|from the host/i,
  },
};
