import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../../support/run-command.ts';
import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  number: 20,
  title: 'kill -9 by a person who logged in and became root with su',
  command: ['sleep', '1000'],
  die: async ({ mainPid, folder }) => {
    // What a login does: the audit login uid stays with everything that is started from here.
    const login = join(folder, 'login.sh');
    writeFileSync(login, 'echo 65534 > /proc/self/loginuid\nsu root -s /bin/bash -c "kill -9 $1; true"\ntrue\n');
    await runCommand('script', ['--quiet', '--command', `bash ${login} ${String(await mainPid())}`, '/dev/null']);
  },
  expect: {
    cause: 'kill.host',
    certainty: 'certain',
    victim: { program: 'sleep', isMain: true },
    actor: { kind: 'host', program: /bash/, uid: 0 },
    exit: { code: 137, signal: 'SIGKILL' },
    ruledOut: ['oom.container', 'kill.runtime'],
    says: /^user nobody killed sleep \(PID 1\) with SIGKILL from a shell on the host, as root through su\.$/,
    never: /killed through docker|memory limit/i,
  },
};
