import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  number: 47,
  title: 'SIGALRM',
  command: ['sh', '-c', 'die alarm; exit $?'],
  expect: {
    cause: 'kill.timer',
    certainty: 'certain',
    victim: { program: 'die', isMain: false },
    actor: { kind: 'self' },
    exit: { code: 142, signal: null },
    says: /die .* set a timer \(SIGALRM\) and had no handler/,
    never: /out of memory|from the host/i,
  },
};
