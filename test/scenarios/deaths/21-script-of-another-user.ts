import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../../support/run-command.ts';
import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  number: 21,
  title: 'kill -9 from a script that another user runs',
  options: ['--user', '65534:65534'],
  command: ['sleep', '1000'],
  die: async ({ mainPid, folder }) => {
    chmodSync(folder, 0o755);
    const script = join(folder, 'cleanup.sh');
    writeFileSync(script, '#!/bin/bash\nkill -9 "$1"\ntrue\n', { mode: 0o755 });
    await runCommand('setpriv', [
      ...['--reuid', '65534', '--regid', '65534', '--clear-groups', '--'],
      ...[script, String(await mainPid())],
    ]);
  },
  expect: {
    cause: 'kill.host',
    certainty: 'certain',
    victim: { program: 'sleep', isMain: true },
    actor: { kind: 'host', program: /bash|cleanup/, uid: 65534 },
    exit: { code: 137, signal: 'SIGKILL' },
    ruledOut: ['oom.container', 'kill.runtime'],
    says: /Killed from the host: \S+ \(pid \d+, user nobody.*\) sent SIGKILL to sleep/,
    advises: /cleanup\.sh/,
    never: /user root|killed through docker|memory limit/i,
  },
};
