import { askAs } from '../clients.ts';
import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  number: 61,
  title: 'docker stop by another user',
  command: ['die', 'term-exit'],
  die: async ({ dockerd, container, logged }) => {
    await logged('ready');
    await askAs(65_534, dockerd, ['docker', 'stop', container]);
  },
  expect: {
    cause: 'stop.graceful',
    certainty: 'certain',
    victim: { program: 'die', isMain: true },
    actor: { kind: 'runtime', program: /runc/ },
    requester: { certainty: 'certain', programs: [/^docker$/], uid: 65_534 },
    exit: { code: 0, signal: null },
    says: /^Stopped on request: user nobody ran `docker stop [\w-]+`; Docker sent SIGTERM .* exit code 0/,
    never: /killed it|root|memory|crash/i,
  },
};
