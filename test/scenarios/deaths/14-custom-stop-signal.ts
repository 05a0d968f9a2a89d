import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  number: 14,
  title: 'custom STOPSIGNAL',
  options: ['--stop-signal', 'SIGUSR1'],
  command: ['die', 'usr1-exit'],
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
    says: /^Stopped on request: root ran `docker stop \S+`; Docker sent SIGUSR1 .* exit code 0/,
    never: /killed|SIGTERM/i,
  },
};
