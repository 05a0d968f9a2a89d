import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  number: 15,
  title: 'docker kill',
  command: ['sleep', '1000'],
  die: async ({ docker, container }) => {
    await docker('kill', container);
  },
  expect: {
    cause: 'kill.runtime',
    certainty: 'certain',
    victim: { program: 'sleep', isMain: true },
    actor: { kind: 'runtime', program: /runc/ },
    requester: { certainty: 'certain', programs: [/^docker$/], uid: 0 },
    exit: { code: 137, signal: 'SIGKILL' },
    ruledOut: ['oom.container', 'kill.host'],
    says: /^Killed through Docker: root ran `docker kill \S+`; .* SIGKILL without a request to stop first/,
    never: /out of memory|no handler/i,
  },
};
