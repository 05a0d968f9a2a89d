import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  number: 55,
  title: '--pid=host: a container kills the main process of another',
  command: ['sleep', '1000'],
  die: async ({ docker, image, mainPid }) => {
    const target = String(await mainPid());
    await docker(
      ...['run', '--rm', '--network', 'none', '--pid', 'host', '--name', `reaper-${target}`, image],
      ...['sh', '-c', `kill -9 ${target}; true`],
    );
  },
  expect: {
    cause: 'kill.container',
    certainty: 'certain',
    victim: { program: 'sleep', isMain: true },
    actor: { kind: 'container' },
    exit: { code: 137, signal: 'SIGKILL' },
    ruledOut: ['oom.container', 'kill.runtime'],
    says: /Killed from another container: .* in container [0-9a-f]{12} sent SIGKILL to sleep \(PID 1\)/,
    never: /out of memory|from the host|from inside/i,
  },
};
