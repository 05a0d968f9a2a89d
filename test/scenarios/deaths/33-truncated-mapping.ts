import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  number: 33,
  title: 'file truncated under a mapping',
  command: ['die', 'truncated'],
  expect: {
    cause: 'crash.bus',
    certainty: 'certain',
    victim: { program: 'die', isMain: true },
    actor: { kind: 'self', program: /^die$/ },
    exit: { code: 135, signal: 'SIGBUS' },
    ruledOut: ['kill.host'],
    says: /die \(PID 1\) crashed with SIGBUS/,
    advises: /truncated|shorter/,
    never: /out of memory|sent/i,
  },
};
