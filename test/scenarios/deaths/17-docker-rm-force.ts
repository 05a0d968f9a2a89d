import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  number: 17,
  title: 'docker rm -f',
  command: ['sleep', '1000'],
  die: async ({ docker, container }) => {
    await docker('rm', '-f', container);
  },
  expect: {
    cause: 'kill.runtime',
    certainty: 'certain',
    victim: { program: 'sleep', isMain: true },
    actor: { kind: 'runtime', program: /runc/ },
    requester: { certainty: 'certain', programs: [/^docker$/], uid: 0 },
    exit: { code: 137, signal: 'SIGKILL' },
    ruledOut: ['oom.container', 'kill.host'],
    says: /^Killed through Docker: root ran `docker rm -f \S+`; /,
    never: /out of memory|no handler/i,
  },
};
