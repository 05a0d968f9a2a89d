import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  number: 3,
  title: 'child over the limit, shell passes on 137',
  options: ['--memory', '24m'],
  command: ['sh', '-c', 'die eat; exit $?'],
  expect: {
    cause: 'oom.container',
    certainty: 'certain',
    victim: { program: 'die', isMain: false },
    actor: { kind: 'kernel' },
    exit: { code: 137, signal: null },
    ruledOut: ['kill.host'],
    says: /die .*memory limit of 24 MiB; sh \(PID 1\) passed that on as exit code 137/,
    never: /killed from|docker stop/i,
  },
};
