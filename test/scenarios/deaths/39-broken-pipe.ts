import type { Scenario } from '../scenario.ts';

/** PID 1 would not die of it: the kernel drops what the init of a namespace has no handler for. */
export const scenario: Scenario = {
  number: 39,
  title: 'SIGPIPE',
  command: ['sh', '-c', 'die pipe; exit $?'],
  expect: {
    cause: 'crash.pipe',
    certainty: 'certain',
    victim: { program: 'die', isMain: false },
    actor: { kind: 'self', program: /^die$/ },
    exit: { code: 141, signal: null },
    says: /die .* wrote to a pipe or socket that nobody reads/,
    never: /out of memory|from the host/i,
  },
};
