import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  number: 31,
  title: 'jump to memory that is not executable',
  command: ['die', 'jump'],
  expect: {
    cause: 'crash.segfault',
    certainty: 'certain',
    victim: { program: 'die', isMain: true },
    actor: { kind: 'self', program: /^die$/ },
    exit: { code: 139, signal: 'SIGSEGV' },
    ruledOut: ['kill.host'],
    says: /die \(PID 1\) crashed with SIGSEGV/,
    never: /out of memory|sent/i,
  },
};
