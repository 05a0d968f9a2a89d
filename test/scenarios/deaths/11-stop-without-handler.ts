import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  number: 11,
  title: 'docker stop, PID 1 without handler',
  command: ['sleep', '1000'],
  die: async ({ docker, container }) => {
    await docker('stop', '--time', '1', container);
  },
  expect: {
    cause: 'stop.ignored',
    certainty: 'certain',
    victim: { program: 'sleep', isMain: true },
    actor: { kind: 'runtime', program: /runc/ },
    requester: { certainty: 'certain', programs: [/^docker$/], uid: 0 },
    exit: { code: 137, signal: 'SIGKILL' },
    ruledOut: ['oom.container', 'kill.host'],
    says: /^Could not be stopped: root ran `docker stop .+`; sleep \(PID 1\) has no handler for SIGTERM, so the kernel dropped the request; Docker killed it [1-9][\d.]* s later/,
    never: /out of memory|exited by itself/i,
  },
};
