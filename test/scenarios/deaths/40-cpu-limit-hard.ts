import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  number: 40,
  title: 'RLIMIT_CPU, hard limit',
  options: ['--ulimit', 'cpu=1:1'],
  command: ['die', 'spin'],
  expect: {
    cause: 'limit.cpu',
    certainty: 'certain',
    victim: { program: 'die', isMain: true },
    actor: { kind: 'kernel' },
    exit: { code: 137, signal: 'SIGKILL' },
    ruledOut: ['oom.container'],
    says: /die \(PID 1\) used up its CPU time limit .* with SIGKILL/,
    never: /because the container reached|from the host/i,
  },
};
