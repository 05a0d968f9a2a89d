import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  number: 56,
  title: '--init passes on a child’s death',
  options: ['--init'],
  command: ['die', 'null'],
  expect: {
    cause: 'crash.segfault',
    certainty: 'certain',
    victim: { program: 'die', isMain: false },
    actor: { kind: 'self', program: /^die$/ },
    exit: { code: 139, signal: null },
    says: /die \(pid \d+ in the container\) crashed with SIGSEGV: it wrote through a null pointer \(address 0x0\), in null_dereference\(\).*; docker-init \(PID 1\) passed that on as exit code 139/,
    never: /out of memory|sent/i,
  },
};
