import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  number: 37,
  title: 'a check that the compiler put in fails',
  command: ['die', 'check'],
  expect: {
    cause: 'crash.illegal',
    certainty: 'certain',
    victim: { program: 'die', isMain: true },
    actor: { kind: 'self', program: /^die$/ },
    exit: { code: 132, signal: 'SIGILL' },
    ruledOut: ['kill.host'],
    says: /die \(PID 1\) crashed with SIGILL: it ran into a trap \(instruction ud2\), as programs have where a check fails, in fail_check\(\) at die\.c:\d+/,
    advises: /assertion/,
    never: /out of memory|sent|processor/i,
  },
  onArm: {
    cause: 'crash.trap',
    exit: { code: 133, signal: 'SIGTRAP' },
    says: /die \(PID 1\) crashed with SIGTRAP: it ran into a trap \(instruction brk\), as programs have where a check fails, in fail_check\(\) at die\.c:\d+/,
  },
};
