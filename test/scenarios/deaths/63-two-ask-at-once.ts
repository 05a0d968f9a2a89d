import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { askByHttp } from '../clients.ts';
import type { Scenario } from '../scenario.ts';

/** Until both have written what they ask for. */
const WRITTEN_MS = 400;

export const scenario: Scenario = {
  number: 63,
  title: 'two clients ask for it at the same moment',
  // Docker is held up meanwhile, so that it answers both at once.
  alone: true,
  command: ['die', 'term-exit'],
  die: async ({ dockerd, container, logged }) => {
    await logged('ready');
    const daemon = Number(readFileSync(join(dockerd.root, 'pid'), 'utf8'));
    process.kill(daemon, 'SIGSTOP');
    const both = [0, 65_534].map((uid) => askByHttp(uid, dockerd, 'POST', `/containers/${container}/stop`));
    await sleep(WRITTEN_MS);
    process.kill(daemon, 'SIGCONT');
    await Promise.all(both);
  },
  expect: {
    cause: 'stop.graceful',
    certainty: 'certain',
    victim: { program: 'die', isMain: true },
    actor: { kind: 'runtime', program: /runc/ },
    requester: { certainty: 'possible', programs: [/^curl$/, /^curl$/] },
    exit: { code: 0, signal: null },
    says: /^Stopped on request: one of these may have asked for it: curl \(pid \d+, user \w+\) or curl \(pid \d+, user \w+\); Docker sent SIGTERM/,
    never: /killed it|memory|crash/i,
  },
};
