import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  number: 7,
  title: 'the machine runs out of memory',
  elsewhere: 'needs a virtual machine of its own: it takes the memory of everybody on this one',
  needs: 'machine-of-its-own',
  alone: true,
  options: ['--oom-score-adj', '1000'],
  command: ['die', 'eat'],
  expect: {
    cause: 'oom.host',
    certainty: 'certain',
    victim: { program: 'die', isMain: true },
    actor: { kind: 'kernel' },
    exit: { code: 137, signal: 'SIGKILL' },
    ruledOut: ['oom.container'],
    says: /The machine ran out of memory/,
    never: /its memory limit/i,
  },
};
