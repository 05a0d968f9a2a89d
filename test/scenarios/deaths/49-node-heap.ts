import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  number: 49,
  title: 'Node.js heap limit',
  image: 'node',
  command: [
    'node',
    '--max-old-space-size=16',
    '-e',
    'const kept = []; for (;;) kept.push(new Array(1000).fill(kept.length));',
  ],
  expect: {
    cause: 'oom.runtime',
    certainty: 'likely',
    victim: { program: 'node', isMain: true },
    actor: { kind: 'self' },
    exit: { code: 139, signal: 'SIGSEGV' },
    says: /Node\.js ran out of its own heap in node \(PID 1\)/,
    advises: /max-old-space-size/,
    clue: /heap limit of its own/,
    never: /because the container reached|from the host/i,
  },
};
