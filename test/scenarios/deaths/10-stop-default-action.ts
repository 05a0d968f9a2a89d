import type { Scenario } from '../scenario.ts';

/** Only a process that is not PID 1 of its namespace dies of a SIGTERM that it does not handle. */
export const scenario: Scenario = {
  number: 10,
  title: 'docker stop, default action, 143',
  options: ['--pid', 'host'],
  command: ['sleep', '1000'],
  die: async ({ docker, container }) => {
    await docker('stop', container);
  },
  expect: {
    cause: 'stop.graceful',
    certainty: 'certain',
    victim: { program: 'sleep', isMain: true },
    actor: { kind: 'runtime', program: /runc/ },
    requester: { certainty: 'certain', programs: [/^docker$/], uid: 0 },
    exit: { code: 143, signal: 'SIGTERM' },
    says: /^Stopped on request: root ran `docker stop \S+`; Docker sent SIGTERM .* with SIGTERM/,
    never: /killed it|memory|crash/i,
  },
};
