import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  number: 4,
  title: 'child over the limit, supervisor exits 1, started again',
  options: ['--memory', '24m', '--restart', 'on-failure:1'],
  command: ['die', 'supervise-eat'],
  deaths: 2,
  expect: {
    cause: 'oom.container',
    certainty: 'likely',
    victim: { program: 'die', isMain: false },
    actor: { kind: 'kernel' },
    exit: { code: 1, signal: null },
    says: /memory limit of 24 MiB; die \(PID 1\) then gave up with exit code 1/,
    notes: /restart policy/,
    never: /killed from|docker stop/i,
  },
};
