import { runCommand } from '../../support/run-command.ts';
import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  number: 55,
  title: '--pid=host: killed from the host',
  options: ['--pid', 'host'],
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
    says: /Killed from the host: bash .* sent SIGKILL to sleep \(pid \d+\)/,
    never: /PID 1\)|killed through docker/i,
  },
};
