import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  number: 67,
  title: 'its handler calls abort(), which the kernel drops for PID 1',
  command: ['die', 'handler-aborts'],
  expect: {
    cause: 'crash.segfault',
    certainty: 'certain',
    victim: { program: 'die', isMain: true },
    actor: { kind: 'self', program: /^die$/ },
    exit: { code: 139, signal: 'SIGSEGV' },
    ruledOut: ['kill.host'],
    says: /die \(PID 1\) crashed with SIGSEGV: it (?:wrote through|used) a null pointer.*in null_dereference\(\) at die\.c:\d+/,
    never: /out of memory|fault_/i,
  },
  onArm: { exit: { code: 133, signal: 'SIGTRAP' } },
};
