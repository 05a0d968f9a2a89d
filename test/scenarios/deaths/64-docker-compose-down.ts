import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compose } from '../clients.ts';
import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  number: 64,
  title: 'docker-compose down',
  command: ['die', 'term-exit'],
  start: async ({ dockerd, folder, container, image }) => {
    const service = `    container_name: ${container}\n    image: ${image}\n    network_mode: none\n    command: [die, term-exit]\n`;
    writeFileSync(join(folder, 'docker-compose.yml'), `version: '3'\nservices:\n  web:\n${service}`);
    await compose(dockerd, folder, 'up', '--detach');
  },
  die: async ({ dockerd, folder, logged }) => {
    await logged('ready');
    await compose(dockerd, folder, 'down');
  },
  expect: {
    cause: 'stop.graceful',
    certainty: 'certain',
    victim: { program: 'die', isMain: true },
    actor: { kind: 'runtime', program: /runc/ },
    requester: { certainty: 'certain', programs: [/^python/], uid: 0 },
    exit: { code: 0, signal: null },
    says: /^Stopped on request: root ran `docker-compose down` for the Compose project shop; Docker sent SIGTERM/,
    never: /killed it|memory|crash/i,
  },
};
