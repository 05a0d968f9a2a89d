import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  number: 34,
  title: 'abort() of a child, shell passes on 134',
  command: ['sh', '-c', 'die abort; exit $?'],
  expect: {
    cause: 'crash.abort',
    certainty: 'certain',
    victim: { program: 'die', isMain: false },
    actor: { kind: 'self', program: /^die$/ },
    exit: { code: 134, signal: null },
    says: /die \(pid \d+ in the container\) aborted itself.*, in call_abort\(\) at die\.c:\d+/,
    never: /out of memory|null pointer/i,
  },
};
