import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  number: 45,
  title: 'exit 127 from the shell',
  command: ['sh', '-c', 'serve --port 80; exit $?'],
  expect: {
    cause: 'exit.error',
    certainty: 'certain',
    victim: { program: 'sh', isMain: true },
    actor: { kind: 'self' },
    exit: { code: 127, signal: null },
    says: /sh \(PID 1\) exited by itself with code 127.*not found/,
    never: /could not start|killed/i,
  },
};
