import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  number: 37,
  title: 'a breakpoint that nobody handles',
  command: ['die', 'breakpoint'],
  expect: {
    cause: 'crash.trap',
    certainty: 'certain',
    victim: { program: 'die', isMain: true },
    actor: { kind: 'self', program: /^die$/ },
    exit: { code: 133, signal: 'SIGTRAP' },
    ruledOut: ['kill.host'],
    says: /die \(PID 1\) crashed with SIGTRAP: it ran into a breakpoint \(instruction int3\), as programs have where a check fails, in leave_breakpoint\(\) at die\.c:\d+/,
    never: /out of memory|sent/i,
  },
  onArm: {
    says: /die \(PID 1\) crashed with SIGTRAP: it ran into a breakpoint \(instruction brk #0\), as programs have where a check fails, in leave_breakpoint\(\) at die\.c:\d+/,
  },
};
