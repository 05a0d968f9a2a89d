import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  number: 49,
  title: 'Python MemoryError below ulimit -v',
  image: 'python',
  command: ['sh', '-c', 'echo "rows = bytearray(1 << 34)" > /srv/load.py; ulimit -v 400000; exec python3 /srv/load.py'],
  expect: {
    cause: 'oom.runtime',
    certainty: 'likely',
    victim: { program: 'python3', isMain: true },
    actor: { kind: 'self' },
    exit: { code: 1, signal: null },
    says: /Python could not get memory from the kernel in python3 \(PID 1\): MemoryError/,
    advises: /in pieces/,
    clue: /Python.*ulimit -v.*\/srv\/load\.py:1$/,
    never: /because the container reached|kernel killed/i,
  },
};
