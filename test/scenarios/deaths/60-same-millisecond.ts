import { runCommand } from '../../support/run-command.ts';
import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  number: 60,
  title: 'two containers die in the same millisecond',
  containers: 2,
  command: ['sleep', '1000'],
  die: async ({ containers, mainPid }) => {
    const pids = await Promise.all(containers.map((container) => mainPid(container)));
    await runCommand('bash', ['-c', `kill -9 ${pids.join(' ')}; true`]);
  },
  expect: {
    cause: 'kill.host',
    certainty: 'certain',
    victim: { program: 'sleep', isMain: true },
    actor: { kind: 'host', program: /^bash$/, uid: 0 },
    exit: { code: 137, signal: 'SIGKILL' },
    ruledOut: ['oom.container', 'kill.runtime'],
    says: /Killed from the host: bash .* sent SIGKILL to sleep \(PID 1\)/,
    never: /out of memory|killed through docker/i,
  },
};
