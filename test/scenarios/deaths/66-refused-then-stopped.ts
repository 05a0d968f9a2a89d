import { askAs } from '../clients.ts';
import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  number: 66,
  title: 'Docker refuses one request, and stops the container for another',
  command: ['die', 'term-exit'],
  die: async ({ dockerd, docker, container, logged }) => {
    await logged('ready');
    const kill = `http://docker/containers/${container}/kill?signal=SIGBOGUS`;
    await askAs(65_534, dockerd, ['curl', '--silent', '--unix-socket', dockerd.socketPath, '--request', 'POST', kill]);
    await docker('stop', container);
  },
  expect: {
    cause: 'stop.graceful',
    certainty: 'certain',
    victim: { program: 'die', isMain: true },
    actor: { kind: 'runtime', program: /runc/ },
    requester: { certainty: 'certain', programs: [/^docker$/], uid: 0 },
    exit: { code: 0, signal: null },
    says: /^Stopped on request: root ran `docker stop [\w-]+`; Docker sent SIGTERM/,
    never: /nobody|curl|memory|crash/i,
  },
};
