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
    exit: { code: 137, signal: 'SIGKILL' },
    ruledOut: ['oom.container', 'kill.host'],
    says: /sleep \(PID 1\) has no handler for SIGTERM, so the kernel dropped the request; Docker killed it 1\.\d s later/,
    never: /out of memory|exited by itself/i,
  },
};
