import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  number: 45,
  title: 'exit 127 from the shell',
  command: ['sh', '-c', 'serve --port 80; exit $?'],
  expect: {
    cause: 'start.not-found',
    certainty: 'likely',
    victim: { program: 'sh', isMain: true },
    actor: { kind: 'self' },
    exit: { code: 127, signal: null },
    says: /the command serve was not found, and sh \(PID 1\) exited with code 127\. .*not found/,
    advises: /spelling/,
    never: /killed|on the host/i,
  },
};
