import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  number: 45,
  title: 'exit 126 from the shell',
  command: ['sh', '-c', '/bin/plain; exit $?'],
  expect: {
    cause: 'start.not-executable',
    certainty: 'likely',
    victim: { program: 'sh', isMain: true },
    actor: { kind: 'self' },
    exit: { code: 126, signal: null },
    says: /the command \/bin\/plain could not be executed, and sh \(PID 1\) exited with code 126\. .*Permission denied/,
    advises: /executable bit/,
    never: /killed|on the host/i,
  },
};
