import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  number: 8,
  title: 'files in a tmpfs fill the memory limit',
  options: ['--memory', '24m', '--tmpfs', '/scratch:size=256m'],
  command: ['sh', '-c', '/bin/dd if=/dev/zero of=/scratch/cache bs=1M; exit $?'],
  expect: {
    cause: 'oom.container',
    certainty: 'certain',
    victim: { program: 'dd', isMain: false },
    actor: { kind: 'kernel' },
    exit: { code: 137, signal: null },
    ruledOut: ['kill.host'],
    says: /memory limit of 24 MiB/,
    advises: /were files in \/dev\/shm or a tmpfs.*Give them a size/,
    never: /docker stop|killed from/i,
  },
};
