import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  number: 18,
  title: 'docker restart',
  command: ['die', 'term-exit'],
  runsOn: true,
  die: async ({ docker, container, logged }) => {
    await logged('ready');
    await docker('restart', container);
  },
  expect: {
    cause: 'stop.graceful',
    certainty: 'certain',
    victim: { program: 'die', isMain: true },
    actor: { kind: 'runtime', program: /runc/ },
    requester: { certainty: 'certain', programs: [/^docker$/], uid: 0 },
    exit: { code: 0, signal: null },
    says: /^Stopped on request: root ran `docker restart \S+`; Docker sent SIGTERM/,
    never: /killed|memory|crash/i,
  },
};
