import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  number: 35,
  title: 'uncaught C++ exception',
  command: ['sh', '-c', 'throw; exit $?'],
  expect: {
    cause: 'crash.abort',
    certainty: 'certain',
    victim: { program: 'throw', isMain: false },
    actor: { kind: 'self', program: /^throw$/ },
    exit: { code: 134, signal: null },
    says: /throw \(pid \d+ in the container\) aborted itself: .*(terminate called|the warehouse is closed)/,
    never: /out of memory|null pointer/i,
  },
};
