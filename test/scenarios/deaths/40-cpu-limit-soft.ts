import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  number: 40,
  title: 'RLIMIT_CPU, soft limit',
  options: ['--ulimit', 'cpu=1:20'],
  command: ['sh', '-c', 'die spin; exit $?'],
  expect: {
    cause: 'limit.cpu',
    certainty: 'certain',
    victim: { program: 'die', isMain: false },
    actor: { kind: 'kernel' },
    exit: { code: 152, signal: null },
    says: /die .* used up its CPU time limit .* with SIGXCPU/,
    never: /out of memory|from the host/i,
  },
};
