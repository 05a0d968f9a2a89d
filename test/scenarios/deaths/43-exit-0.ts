import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  number: 43,
  title: 'exit 0',
  command: ['sh', '-c', 'echo "error: the configuration is missing" >&2; exit 0'],
  expect: {
    cause: 'exit.success',
    certainty: 'certain',
    victim: { program: 'sh', isMain: true },
    actor: { kind: 'self', program: /^sh$/ },
    exit: { code: 0, signal: null },
    says: /finished by itself with exit code 0/,
    never: /killed|memory|signal/i,
  },
};
