import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  number: 46,
  title: 'command without the executable bit',
  command: ['/bin/plain'],
  expect: {
    cause: 'start.not-executable',
    certainty: 'certain',
    victim: { program: '', isMain: false },
    actor: { kind: 'runtime' },
    exit: { code: 126, signal: null },
    says: /Could not start: the command is not executable/,
    advises: /chmod/,
    never: /killed|memory/i,
  },
};
