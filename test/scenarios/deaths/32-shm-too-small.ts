import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  number: 32,
  title: '/dev/shm too small',
  options: ['--shm-size', '1m'],
  command: ['die', 'shm'],
  expect: {
    cause: 'crash.bus',
    certainty: 'certain',
    victim: { program: 'die', isMain: true },
    actor: { kind: 'self', program: /^die$/ },
    exit: { code: 135, signal: 'SIGBUS' },
    ruledOut: ['kill.host'],
    says: /die \(PID 1\) crashed with SIGBUS: \/dev\/shm\/queue could not grow: its file system is full \(\d+ MiB\), in .*fill_shm\(\) at die\.c:\d+/,
    advises: /shm-size/,
    never: /out of memory|sent/i,
  },
};
