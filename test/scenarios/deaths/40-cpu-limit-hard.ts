import { patient } from '../../support/patience.ts';
import type { Scenario } from '../scenario.ts';

/** The limit counts from the runtime's own start on: an emulated processor has used up a second before the program runs. */
const LIMIT_SECONDS = String(patient(1));

export const scenario: Scenario = {
  number: 40,
  title: 'RLIMIT_CPU, hard limit',
  options: ['--ulimit', `cpu=${LIMIT_SECONDS}:${LIMIT_SECONDS}`],
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
