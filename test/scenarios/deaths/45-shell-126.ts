import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  number: 45,
  title: 'exit 126 from the shell',
  command: ['sh', '-c', '/bin/plain; exit $?'],
  expect: {
    cause: 'exit.error',
    certainty: 'certain',
    victim: { program: 'sh', isMain: true },
    actor: { kind: 'self' },
    exit: { code: 126, signal: null },
    says: /sh \(PID 1\) exited by itself with code 126.*Permission denied/,
    never: /could not start|killed/i,
  },
};
