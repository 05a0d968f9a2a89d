import { runCommand } from '../../support/run-command.ts';
import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  number: 20,
  title: 'kill -9 from a host shell',
  command: ['sleep', '1000'],
  die: async ({ mainPid }) => {
    await runCommand('bash', ['-c', `kill -9 ${String(await mainPid())}; true`]);
  },
  expect: {
    cause: 'kill.host',
    certainty: 'certain',
    victim: { program: 'sleep', isMain: true },
    actor: { kind: 'host', program: /^bash$/, uid: 0 },
    exit: { code: 137, signal: 'SIGKILL' },
    ruledOut: ['oom.container', 'kill.runtime'],
    says: /Killed from the host: bash \(pid \d+, user root.*\) sent SIGKILL to sleep \(PID 1\)/,
    never: /killed through docker|memory limit|docker kill or/i,
  },
};
