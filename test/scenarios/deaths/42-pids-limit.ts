import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  number: 42,
  title: 'pids.max',
  options: ['--pids-limit', '8'],
  command: ['die', 'forks'],
  expect: {
    cause: 'limit.pids',
    certainty: 'likely',
    victim: { program: 'die', isMain: true },
    actor: { kind: 'self' },
    exit: { code: 1, signal: null },
    says: /could not start another process.*limit of 8/,
    advises: /--pids-limit/,
    never: /out of memory|from the host|SIGKILL/i,
  },
};
