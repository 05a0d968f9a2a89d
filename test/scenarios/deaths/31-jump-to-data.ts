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
    says: /die \(PID 1\) crashed with SIGSEGV: it jumped to 0x[0-9a-f]+, which is not code but the data of \/bin\/die, from jump_to_data\(\) at die\.c:\d+/,
    never: /out of memory|sent/i,
  },
};
