import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  number: 46,
  title: 'missing entrypoint',
  command: ['/no/such/program'],
  expect: {
    cause: 'start.not-found',
    certainty: 'certain',
    victim: { program: '', isMain: false },
    actor: { kind: 'runtime' },
    exit: { code: 127, signal: null },
    says: /Could not start: the command was not found in the image/,
    never: /killed|memory/i,
  },
};
