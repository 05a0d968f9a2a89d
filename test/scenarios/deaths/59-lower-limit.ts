import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  number: 59,
  title: 'ran well with 64 MiB, made anew with 24 MiB, and dies in a loop',
  options: ['--detach', '--memory', '24m', '--restart', 'on-failure:2'],
  command: ['die', 'eat'],
  start: async ({ docker, container, image }, run) => {
    const well = ['sh', '-c', 'trap "exit 0" TERM; while :; do sleep 0.1; done'];
    await docker('run', '--detach', '--network', 'none', '--name', container, '--memory', '64m', image, ...well);
    await docker('stop', container);
    await docker('rm', container);
    await docker(...run);
  },
  deaths: 3,
  earlier: 1,
  expect: {
    cause: 'oom.container',
    certainty: 'certain',
    victim: { program: 'die', isMain: true },
    actor: { kind: 'kernel' },
    exit: { code: 137, signal: 'SIGKILL' },
    repeats: { count: 3, began: /the memory limit went from 64 MiB to 24 MiB/ },
    says: /memory limit of 24 MiB/,
    never: /on the host sent|exited by itself/i,
  },
};
