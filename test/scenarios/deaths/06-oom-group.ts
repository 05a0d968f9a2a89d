import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  number: 6,
  title: 'memory.oom.group kills all at once',
  elsewhere: 'needs a machine with cgroup v2: version 1 has no memory.oom.group',
  options: ['--memory', '24m'],
  command: ['sh', '-c', 'echo 1 > /sys/fs/cgroup/memory.oom.group; die eat; exit $?'],
  expect: {
    cause: 'oom.container',
    certainty: 'certain',
    victim: { program: 'die', isMain: false },
    actor: { kind: 'kernel' },
    exit: { code: 137, signal: 'SIGKILL' },
    says: /the kernel killed die .*; sh \(PID 1\) was killed with it/,
    notes: /memory\.oom\.group/,
    never: /docker stop|killed from/i,
  },
};
