import { runCommand } from '../../support/run-command.ts';
import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  number: 58,
  title: 'CRI pod: StopContainer with a grace period, as after a failed liveness probe',
  elsewhere: 'needs containerd’s CRI: this suite runs Docker; it dies in test/integration/runtimes/cri.test.ts',
  command: ['die', 'term-stay'],
  die: async ({ container }) => {
    await runCommand('crictl', ['stop', '--timeout', '1', container]);
  },
  expect: {
    cause: 'stop.forced',
    certainty: 'certain',
    victim: { program: 'die', isMain: true },
    actor: { kind: 'runtime', program: /runc/ },
    exit: { code: 137, signal: 'SIGKILL' },
    says: /Did not stop in time: die \(PID 1\) got SIGTERM/,
    never: /out of memory|from the host/i,
  },
};
