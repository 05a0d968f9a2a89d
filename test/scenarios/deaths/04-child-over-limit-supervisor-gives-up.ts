import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  number: 4,
  title: 'child over the limit, supervisor exits 1',
  options: ['--memory', '24m'],
  command: ['die', 'supervise-eat'],
  expect: {
    cause: 'oom.container',
    certainty: 'likely',
    victim: { program: 'die', isMain: false },
    actor: { kind: 'kernel' },
    exit: { code: 1, signal: null },
    says: /memory limit of 24 MiB; die \(PID 1\) then gave up with exit code 1/,
    never: /killed from|docker stop/i,
  },
};
