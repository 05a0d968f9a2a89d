import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  number: 12,
  title: 'docker stop, a shell with a trap that waits for its child',
  command: ['sh', '-c', 'trap "exit 0" TERM; echo ready; sleep 1000; true'],
  die: async ({ docker, container, logged }) => {
    await logged('ready');
    await docker('stop', '--time', '1', container);
  },
  expect: {
    cause: 'stop.forced',
    certainty: 'certain',
    victim: { program: 'sh', isMain: true },
    actor: { kind: 'runtime', program: /runc/ },
    requester: { certainty: 'certain', programs: [/^docker$/], uid: 0 },
    exit: { code: 137, signal: 'SIGKILL' },
    says: /sh \(PID 1\) got SIGTERM, was still running 1\.\d s later/,
    advises: /sleep 1000/,
    never: /out of memory|no handler/i,
  },
};
