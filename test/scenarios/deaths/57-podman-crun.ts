import { runCommand } from '../../support/run-command.ts';
import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  number: 57,
  title: 'podman with crun',
  elsewhere: 'needs podman: this suite runs Docker; it dies in test/integration/runtimes/podman.test.ts',
  command: ['sleep', '1000'],
  die: async ({ container }) => {
    await runCommand('podman', ['--runtime', 'crun', 'stop', '--time', '1', container]);
  },
  expect: {
    cause: 'stop.ignored',
    certainty: 'certain',
    victim: { program: 'sleep', isMain: true },
    actor: { kind: 'runtime', program: /crun/ },
    exit: { code: 137, signal: 'SIGKILL' },
    says: /sleep \(PID 1\) has no handler for SIGTERM/,
    never: /out of memory|from the host/i,
  },
};
