import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  number: 19,
  title: 'dockerd shut down',
  alone: true,
  command: ['die', 'term-exit'],
  die: async ({ dockerd, logged }) => {
    await logged('ready');
    await dockerd.stopDaemon();
    await dockerd.startDaemon();
  },
  expect: {
    cause: 'stop.shutdown',
    certainty: 'likely',
    victim: { program: 'die', isMain: true },
    actor: { kind: 'runtime' },
    exit: { code: 0, signal: null },
    says: /Docker was going down and took the container with it/,
    never: /killed|memory|crash/i,
  },
};
