import type { Scenario } from '../scenario.ts';

/** The kernel drops SIGABRT for PID 1; the C library then runs into an instruction that may not be, which others report. */
export const scenario: Scenario = {
  number: 34,
  title: 'abort()',
  command: ['die', 'abort'],
  expect: {
    cause: 'crash.abort',
    certainty: 'certain',
    victim: { program: 'die', isMain: true },
    actor: { kind: 'self', program: /^die$/ },
    exit: { code: 139, signal: 'SIGSEGV' },
    ruledOut: ['kill.host'],
    says: /die \(PID 1\) aborted itself.*, in call_abort\(\) at die\.c:\d+/,
    never: /out of memory|null pointer/i,
  },
  onArm: { exit: { code: 133, signal: 'SIGTRAP' } },
};
