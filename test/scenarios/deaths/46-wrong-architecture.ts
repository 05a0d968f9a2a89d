import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  number: 46,
  title: 'program for another processor',
  command: ['/bin/foreign'],
  expect: {
    cause: 'start.not-executable',
    certainty: 'certain',
    victim: { program: '', isMain: false },
    actor: { kind: 'runtime' },
    exit: { code: 1, signal: null },
    says: /Could not start: the program is not one that this machine can run/,
    never: /killed|memory/i,
  },
};
