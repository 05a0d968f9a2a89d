import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  number: 51,
  title: 'lives 30 ms, removed at once',
  options: ['--rm'],
  command: ['sh', '-c', 'usleep 30000; exit 3'],
  expect: {
    cause: 'exit.error',
    certainty: 'certain',
    victim: { program: 'sh', isMain: true },
    actor: { kind: 'self' },
    exit: { code: 3, signal: null },
    says: /exited by itself with code 3/,
    never: /killed|memory/i,
  },
};
