import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  number: 13,
  title: 'docker stop, a shell as PID 1 that does not pass SIGTERM on',
  command: ['sh', '-c', 'echo ready; sleep 1000; true'],
  die: async ({ docker, container, logged }) => {
    await logged('ready');
    await docker('stop', '--time', '1', container);
  },
  expect: {
    cause: 'stop.ignored',
    certainty: 'certain',
    victim: { program: 'sh', isMain: true },
    actor: { kind: 'runtime', program: /runc/ },
    requester: { certainty: 'certain', programs: [/^docker$/], uid: 0 },
    exit: { code: 137, signal: 'SIGKILL' },
    ruledOut: ['oom.container', 'kill.host'],
    says: /sh \(PID 1\) has no handler for SIGTERM.*; Docker killed it 1\.\d s later/,
    advises: /sleep 1000.*exec/s,
    never: /out of memory|exited by itself/i,
  },
};
