import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  number: 31,
  title: 'write to a constant',
  command: ['die', 'constant'],
  expect: {
    cause: 'crash.segfault',
    certainty: 'certain',
    victim: { program: 'die', isMain: true },
    actor: { kind: 'self', program: /^die$/ },
    exit: { code: 139, signal: 'SIGSEGV' },
    ruledOut: ['kill.host'],
    says: /die \(PID 1\) crashed with SIGSEGV: it wrote to 0x[0-9a-f]+, in the constants of \/bin\/die, which it may only read, in write_constant\(\) at die\.c:\d+/,
    never: /out of memory|sent/i,
  },
  // Linked for arm64, constants are mapped together with the code.
  onArm: {
    says: /die \(PID 1\) crashed with SIGSEGV: it wrote to 0x[0-9a-f]+, in the code or the constants of \/bin\/die, which it may only read, in write_constant\(\) at die\.c:\d+/,
  },
};
