import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  number: 67,
  title: 'its handler runs on a stack of its own and raises the signal again',
  command: ['sh', '-c', 'die-shared handler-apart; exit $?'],
  expect: {
    cause: 'crash.segfault',
    certainty: 'certain',
    victim: { program: 'die-shared', isMain: false },
    actor: { kind: 'self', program: /^die-shared$/ },
    exit: { code: 139, signal: null },
    ruledOut: ['kill.host'],
    says: /crashed with SIGSEGV: its stack overflowed.*in deeper\(\) at die\.c:\d+.*passed that on as exit code 139/,
    never: /out of memory|fault_/i,
  },
};
