import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  number: 22,
  title: 'kill in a docker exec session',
  command: ['sh', '-c', 'sleep 1000; exit $?'],
  die: async ({ docker, container }) => {
    // Detached: the end of the container ends the session too, at times before its own shell has ended.
    await docker(
      'exec',
      '-d',
      container,
      'sh',
      '-c',
      'kill -9 $(ps | grep "sleep 1000" | grep -v -e grep -e "sh -c" | awk "{print \\$1}"); true',
    );
  },
  expect: {
    cause: 'kill.inside',
    certainty: 'certain',
    victim: { program: 'sleep', isMain: false },
    actor: { kind: 'inside', program: /sh|busybox/ },
    exit: { code: 137, signal: null },
    ruledOut: ['oom.container', 'kill.runtime'],
    says: /Killed from inside the container: .* sent SIGKILL to sleep/,
    never: /out of memory|from the host/i,
  },
};
