import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  number: 1,
  title: 'one piece of work that is too large',
  image: 'python',
  options: ['--memory', '64m'],
  command: ['python3', '-c', 'import time\ntime.sleep(9)\nrows = b"x" * (300 << 20)\n'],
  expect: {
    cause: 'oom.container',
    certainty: 'certain',
    victim: { program: 'python3', isMain: true },
    actor: { kind: 'kernel' },
    exit: { code: 137, signal: 'SIGKILL' },
    says: /memory limit of 64 MiB/,
    advises: /One piece of work needed at least \d.* MiB at once.*leaves room for the same once more/,
    never: /grew steadily|docker stop/i,
  },
};
