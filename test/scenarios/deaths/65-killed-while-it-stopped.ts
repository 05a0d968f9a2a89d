import { askAs } from '../clients.ts';
import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  number: 65,
  title: 'docker stop, and somebody else does not wait for it',
  command: ['sh', '-c', 'trap "echo asked" TERM; echo ready; while :; do sleep 0.1; done'],
  die: async ({ dockerd, container, docker, logged, until }) => {
    await logged('ready');
    const stop = askAs(65_534, dockerd, ['docker', 'stop', '--time', '60', container]);
    await until('SIGTERM', async () => (await docker('logs', container)).includes('asked'));
    await docker('kill', container);
    await stop;
  },
  expect: {
    cause: 'stop.forced',
    certainty: 'certain',
    victim: { program: 'sh', isMain: true },
    actor: { kind: 'runtime', program: /runc/ },
    requester: { certainty: 'certain', programs: [/^docker$/], uid: 65_534 },
    exit: { code: 137, signal: 'SIGKILL' },
    says: /^Killed before it had stopped: user nobody ran `docker stop --time 60 [\w-]+`; sh \(PID 1\) got SIGTERM, but .* later root ran `docker kill [\w-]+` and Docker killed it/,
    never: /in time|out of memory/i,
  },
};
