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
    says: /throw \(pid \d+ in the container\) aborted itself, in main\(\) at throw\.cc:\d+: .*(terminate called|the warehouse is closed)/,
    clue: /C\+\+.*what\(\): .*nothing in the program caught it/,
    never: /out of memory|null pointer/i,
  },
};
