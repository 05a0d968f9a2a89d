import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  number: 30,
  title: 'stack overflow of a thread',
  command: ['die', 'thread-stack'],
  expect: {
    cause: 'crash.segfault',
    certainty: 'certain',
    victim: { program: 'die', isMain: true },
    actor: { kind: 'self', program: /^die$/ },
    exit: { code: 139, signal: 'SIGSEGV' },
    ruledOut: ['kill.host'],
    says: /die \(PID 1\) crashed with SIGSEGV: a thread’s stack overflowed, in deeper\(\) at die\.c:\d+, which calls itself/,
    advises: /recursion/,
    never: /out of memory|sent/i,
  },
};
