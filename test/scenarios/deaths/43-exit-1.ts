import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  number: 43,
  title: 'exit 1',
  command: ['sh', '-c', 'echo "error: the configuration is missing" >&2; exit 1'],
  expect: {
    cause: 'exit.error',
    certainty: 'certain',
    victim: { program: 'sh', isMain: true },
    actor: { kind: 'self', program: /^sh$/ },
    exit: { code: 1, signal: null },
    says: /exited by itself with code 1\. Its last words: error: the configuration is missing/,
    never: /killed|memory|signal/i,
  },
};
