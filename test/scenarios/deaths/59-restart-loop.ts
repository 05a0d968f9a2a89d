import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  number: 59,
  title: 'restart loop, the same crash five times',
  options: ['--restart', 'on-failure:4'],
  command: ['die', 'null'],
  deaths: 5,
  expect: {
    cause: 'crash.segfault',
    certainty: 'certain',
    victim: { program: 'die', isMain: true },
    actor: { kind: 'self' },
    exit: { code: 139, signal: 'SIGSEGV' },
    ruledOut: ['kill.host'],
    repeats: { count: 5 },
    says: /die \(PID 1\) crashed with SIGSEGV: it wrote through a null pointer \(address 0x0\), in null_dereference\(\)/,
    never: /out of memory|sent/i,
  },
};
