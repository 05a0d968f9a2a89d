import { readFileSync } from 'node:fs';
import { runCommand } from '../../support/run-command.ts';
import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  number: 54,
  title: 'containerd-shim killed',
  command: ['sleep', '1000'],
  die: async ({ mainPid }) => {
    const status = readFileSync(`/proc/${String(await mainPid())}/status`, 'utf8');
    const shim = /^PPid:\s+(\d+)$/m.exec(status)?.[1] ?? '';
    await runCommand('bash', ['-c', `kill -9 ${shim}; true`]);
  },
  expect: {
    cause: 'kill.runtime',
    certainty: 'likely',
    victim: { program: 'sleep', isMain: true },
    actor: { kind: 'runtime', program: /runc/ },
    exit: { code: 137, signal: 'SIGKILL' },
    ruledOut: ['oom.container'],
    says: /shim/,
    never: /out of memory|docker kill|without a request/i,
  },
};
