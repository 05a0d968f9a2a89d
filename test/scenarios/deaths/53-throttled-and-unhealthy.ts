import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  number: 53,
  title: 'CPU-throttled, fails its health check, killed by what watches it',
  options: [
    ...['--cpus', '0.05', '--health-cmd', 'i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done'],
    ...['--health-interval', '1s', '--health-timeout', '1s', '--health-retries', '5'],
  ],
  command: ['die', 'spin'],
  die: async ({ docker, container, until }) => {
    await until('the unhealthy container', async () => {
      const status = await docker('inspect', '--format', '{{.State.Health.Status}}', container);
      return status === 'unhealthy';
    });
    await docker('kill', container);
  },
  expect: {
    cause: 'kill.runtime',
    certainty: 'certain',
    victim: { program: 'die', isMain: true },
    actor: { kind: 'runtime', program: /runc/ },
    requester: { certainty: 'certain', programs: [/^docker$/], uid: 0 },
    exit: { code: 137, signal: 'SIGKILL' },
    ruledOut: ['oom.container'],
    says: /Killed through Docker/,
    notes: /unhealthy[^]*wait for CPU|wait for CPU[^]*unhealthy/,
    never: /out of memory|crash|runc/i,
  },
};
