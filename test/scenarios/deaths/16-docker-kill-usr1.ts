import type { Scenario } from '../scenario.ts';

/** Only a process that is not PID 1 of its namespace dies of a SIGUSR1 that it does not handle. */
export const scenario: Scenario = {
  number: 16,
  title: 'docker kill -s USR1, unhandled',
  options: ['--pid', 'host'],
  command: ['sleep', '1000'],
  die: async ({ docker, container }) => {
    await docker('kill', '--signal', 'USR1', container);
  },
  expect: {
    cause: 'kill.runtime',
    certainty: 'certain',
    victim: { program: 'sleep', isMain: true },
    actor: { kind: 'runtime', program: /runc/ },
    requester: { certainty: 'certain', programs: [/^docker$/], uid: 0 },
    exit: { code: 138, signal: 'SIGUSR1' },
    says: /^Killed through Docker: root ran `docker kill .+`; sleep .* was sent SIGUSR1 and has no handler for it/,
    never: /out of memory|PID 1\)/i,
  },
};
