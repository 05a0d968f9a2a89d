import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  number: 45,
  title: 'a user who may not execute the file',
  options: ['--user', '1000:1000'],
  command: ['sh', '-c', 'exec /bin/plain'],
  expect: {
    cause: 'start.not-executable',
    certainty: 'likely',
    victim: { program: 'sh', isMain: true },
    actor: { kind: 'self' },
    exit: { code: 126, signal: null },
    says: /the command \/bin\/plain could not be executed, and sh \(PID 1\) exited with code 126/,
    advises: /executable bit/,
    clue: /this user may not execute it/,
    never: /killed|on the host/i,
  },
};
