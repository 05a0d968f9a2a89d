import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  number: 37,
  title: 'illegal instruction',
  command: ['die', 'illegal'],
  expect: {
    cause: 'crash.illegal',
    certainty: 'certain',
    victim: { program: 'die', isMain: true },
    actor: { kind: 'self', program: /^die$/ },
    exit: { code: 132, signal: 'SIGILL' },
    ruledOut: ['kill.host'],
    says: /die \(PID 1\) crashed with SIGILL: it ran an instruction that this processor does not have at 0x[0-9a-f]+, in illegal\(\) at die\.c:\d+/,
    never: /out of memory|sent/i,
  },
};
