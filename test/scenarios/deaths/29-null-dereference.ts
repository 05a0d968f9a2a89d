import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  number: 29,
  title: 'null dereference',
  command: ['die', 'null'],
  expect: {
    cause: 'crash.segfault',
    certainty: 'certain',
    victim: { program: 'die', isMain: true },
    actor: { kind: 'self', program: /^die$/ },
    exit: { code: 139, signal: 'SIGSEGV' },
    ruledOut: ['kill.host'],
    says: /die \(PID 1\) crashed with SIGSEGV: it wrote through a null pointer \(address 0x0\), in null_dereference\(\) at die\.c:\d+, called from main\(\)\./,
    never: /out of memory|sent/i,
  },
};
