import { runCommand } from '../../support/run-command.ts';
import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  number: 2,
  title: 'a child is killed from the host, main lives on: wounded',
  command: ['sh', '-c', 'trap "exit 0" TERM; sleep 1000 & while :; do usleep 200000; done'],
  wounds: 1,
  die: async ({ docker, container }) => {
    const top = await docker('top', container, '-eo', 'pid,args');
    const pid = /^\s*(\d+)\s+sleep 1000$/m.exec(top)?.[1] ?? '';
    await runCommand('bash', ['-c', `kill -9 ${pid}; true`]);
  },
  expect: {
    cause: 'kill.host',
    certainty: 'certain',
    victim: { program: 'sleep', isMain: false },
    actor: { kind: 'host', program: /^bash$/, uid: 0 },
    exit: { code: 137, signal: 'SIGKILL' },
    ruledOut: ['oom.container', 'kill.runtime'],
    says: /Killed from the host: bash .* sent SIGKILL to sleep \(pid \d+ in the container\); the container runs on\.$/,
    never: /out of memory|docker exec|died/i,
  },
};
