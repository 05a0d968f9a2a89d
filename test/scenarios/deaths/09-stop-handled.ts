import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  number: 9,
  title: 'docker stop, handler, exit 0',
  command: ['die', 'term-exit'],
  die: async ({ docker, container, logged }) => {
    await logged('ready');
    await docker('stop', container);
  },
  expect: {
    cause: 'stop.graceful',
    certainty: 'certain',
    victim: { program: 'die', isMain: true },
    actor: { kind: 'runtime', program: /runc/ },
    requester: { certainty: 'certain', programs: [/^docker$/], uid: 0 },
    exit: { code: 0, signal: null },
    says: /^Stopped on request: root ran `docker stop \S+`; Docker sent SIGTERM .* exit code 0/,
    never: /killed it|memory|crash/i,
  },
};
