import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  number: 67,
  title: 'its handler exits with 1',
  command: ['die', 'handler-exits'],
  expect: {
    cause: 'exit.error',
    certainty: 'certain',
    victim: { program: 'die', isMain: true },
    actor: { kind: 'self', program: /^die$/ },
    exit: { code: 1, signal: null },
    ruledOut: [],
    says: /die \(PID 1\) exited by itself with code 1, [\d.]+ .?s after it used a null pointer \(address 0x0\), which its handler for SIGSEGV took/,
    never: /out of memory|fault_/i,
  },
};
