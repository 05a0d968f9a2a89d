import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  number: 1,
  title: 'main process over its own limit',
  options: ['--memory', '24m'],
  command: ['die', 'eat'],
  expect: {
    cause: 'oom.container',
    certainty: 'certain',
    victim: { program: 'die', isMain: true },
    actor: { kind: 'kernel' },
    exit: { code: 137, signal: 'SIGKILL' },
    ruledOut: ['kill.host', 'oom.host'],
    says: /memory limit of 24 MiB/,
    never: /docker stop|on the host sent|exited by itself/i,
  },
};
