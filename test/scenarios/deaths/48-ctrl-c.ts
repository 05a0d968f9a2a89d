import { pressCtrlC } from '../../support/terminal.ts';
import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  number: 48,
  title: 'Ctrl-C on docker run -it',
  command: ['sh', '-c', 'echo ready; sleep 1000; exit $?'],
  start: async ({ dockerd, container }, run) => {
    const [, ...rest] = run;
    await pressCtrlC(dockerd, ['run', '-it', ...rest], container);
  },
  expect: {
    cause: 'kill.terminal',
    certainty: 'certain',
    victim: { program: 'sleep', isMain: false },
    actor: { kind: 'unknown' },
    exit: { code: 130, signal: null },
    says: /Ctrl-C was pressed on its terminal/,
    never: /out of memory|docker stop|from the host/i,
  },
};
