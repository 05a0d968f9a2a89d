import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  number: 50,
  title: 'Python uncaught exception',
  image: 'python',
  command: ['python3', '-c', 'import json; json.loads("{")'],
  expect: {
    cause: 'exit.error',
    certainty: 'certain',
    victim: { program: 'python3', isMain: true },
    actor: { kind: 'self' },
    exit: { code: 1, signal: null },
    says: /python3 \(PID 1\) exited by itself with code 1.*JSONDecodeError/,
    never: /killed|out of memory/i,
  },
};
