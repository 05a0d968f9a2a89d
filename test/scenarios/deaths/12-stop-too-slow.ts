import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  number: 12,
  title: 'docker stop, handler too slow',
  command: ['die', 'term-stay'],
  die: async ({ docker, container, logged }) => {
    await logged('ready');
    await docker('stop', '--time', '1', container);
  },
  expect: {
    cause: 'stop.forced',
    certainty: 'certain',
    victim: { program: 'die', isMain: true },
    actor: { kind: 'runtime', program: /runc/ },
    requester: { certainty: 'certain', programs: [/^docker$/], uid: 0 },
    exit: { code: 137, signal: 'SIGKILL' },
    ruledOut: ['oom.container', 'kill.host'],
    says: /^Did not stop in time: root ran `docker stop .+`; die \(PID 1\) got SIGTERM, was still running 1\.\d s later, and Docker killed it/,
    never: /out of memory|no handler/i,
  },
};
