import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  number: 29,
  title: 'null dereference in the C library',
  command: ['die-shared', 'libc'],
  expect: {
    cause: 'crash.segfault',
    certainty: 'certain',
    victim: { program: 'die-shared', isMain: true },
    actor: { kind: 'self', program: /^die-shared$/ },
    exit: { code: 139, signal: 'SIGSEGV' },
    ruledOut: ['kill.host'],
    says: /die-shared \(PID 1\) crashed with SIGSEGV: it read through a null pointer \(address 0x0\), in .*libc\.so\.6.*, called from measure_nothing\(\) at die\.c:\d+/,
    never: /out of memory|sent/i,
  },
};
