import type { Scenario } from '../scenario.ts';

const LEAK = 'import time\nkept = []\nwhile True:\n    kept.append(b"x" * (2 << 20))\n    time.sleep(0.5)\n';

export const scenario: Scenario = {
  number: 1,
  title: 'memory that grows until the limit is reached',
  image: 'python',
  options: ['--memory', '64m'],
  command: ['python3', '-c', LEAK],
  expect: {
    cause: 'oom.container',
    certainty: 'certain',
    victim: { program: 'python3', isMain: true },
    actor: { kind: 'kernel' },
    exit: { code: 137, signal: 'SIGKILL' },
    says: /memory limit of 64 MiB/,
    advises:
      /grew by about .* a second.*A higher limit only delays.*128 MiB, twice as much, lasts.*Python has no memory limit/s,
    never: /leapt|docker stop/i,
  },
};
