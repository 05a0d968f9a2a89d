import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  number: 16,
  title: 'docker kill -s USR1, passed on by the init',
  options: ['--init'],
  command: ['sleep', '1000'],
  die: async ({ docker, container }) => {
    await docker('kill', '--signal', 'USR1', container);
  },
  expect: {
    cause: 'kill.runtime',
    certainty: 'certain',
    victim: { program: 'sleep', isMain: false },
    actor: { kind: 'runtime', program: /runc/ },
    requester: { certainty: 'certain', programs: [/^docker$/], uid: 0 },
    exit: { code: 138, signal: null },
    says: /^Killed through Docker: root ran `docker kill .+`; sleep .* was sent SIGUSR1 .*docker-init \(PID 1\) passed that on as exit code 138/,
    never: /out of memory|from inside/i,
  },
};
