import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  number: 28,
  title: 'PID 1 exits while children run',
  command: ['sh', '-c', 'sleep 1000 & sleep 1001 & usleep 50000; exit 3'],
  expect: {
    cause: 'exit.error',
    certainty: 'certain',
    victim: { program: 'sh', isMain: true },
    actor: { kind: 'self' },
    exit: { code: 3, signal: null },
    says: /sh \(PID 1\) exited by itself with code 3/,
    notes: /2 other processes.*sleep/,
    never: /out of memory|SIGKILL to|from inside/i,
  },
};
