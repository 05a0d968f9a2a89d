import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  number: 8,
  title: 'shared memory fills the memory limit',
  options: ['--memory', '24m', '--shm-size', '256m'],
  command: ['die', 'eat-shm'],
  expect: {
    cause: 'oom.container',
    certainty: 'certain',
    victim: { program: 'die', isMain: true },
    actor: { kind: 'kernel' },
    exit: { code: 137, signal: 'SIGKILL' },
    ruledOut: ['kill.host'],
    says: /memory limit of 24 MiB/,
    advises: /2\d(?:\.\d)? MiB were files in \/dev\/shm or a tmpfs.*Give them a size.*such as 12 MiB.*--shm-size 12m/,
    never: /docker stop|killed from/i,
  },
};
