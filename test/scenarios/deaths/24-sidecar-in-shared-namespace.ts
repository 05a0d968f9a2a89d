import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  number: 24,
  title: 'a sidecar in a shared pid namespace',
  prepare: async ({ docker, image, container }) => {
    const holder = `${container}-pause`;
    await docker('run', '--detach', '--network', 'none', '--name', holder, image, 'sleep', '1000');
    return {
      options: ['--pid', `container:${holder}`],
      remove: async () => {
        await docker('rm', '-f', holder);
      },
    };
  },
  command: ['sleep', '1234'],
  die: async ({ docker, image, container }) => {
    await docker(
      ...['run', '--rm', '--network', 'none', '--pid', `container:${container}-pause`, image],
      ...['sh', '-c', 'kill -9 $(ps | grep "sleep 1234" | grep -v -e grep -e "sh -c" | awk "{print \\$1}"); true'],
    );
  },
  expect: {
    cause: 'kill.container',
    certainty: 'certain',
    victim: { program: 'sleep', isMain: true },
    actor: { kind: 'container' },
    exit: { code: 137, signal: 'SIGKILL' },
    ruledOut: ['oom.container', 'kill.runtime'],
    says: /Killed from another container: .* in container [0-9a-f]{12} sent SIGKILL to sleep/,
    never: /out of memory|from the host|from inside/i,
  },
};
