import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  number: 67,
  title: 'its handler exits with the code of the signal',
  command: ['die', 'handler-exits-alike'],
  expect: {
    cause: 'crash.segfault',
    certainty: 'likely',
    victim: { program: 'die', isMain: true },
    actor: { kind: 'self', program: /^die$/ },
    exit: { code: 139, signal: null },
    ruledOut: [],
    says: /die \(PID 1\) crashed with SIGSEGV: it used a null pointer \(address 0x0\); its handler for SIGSEGV then ended it with exit code 139/,
    never: /out of memory|fault_/i,
  },
};
