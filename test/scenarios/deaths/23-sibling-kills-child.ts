import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  number: 23,
  title: 'a sibling kills the main process’s child, main passes it on',
  command: ['sh', '-c', 'sleep 1000 & worker=$!; (usleep 200000; kill -9 $worker; true) & wait $worker; exit $?'],
  expect: {
    cause: 'kill.inside',
    certainty: 'certain',
    victim: { program: 'sleep', isMain: false },
    actor: { kind: 'inside' },
    exit: { code: 137, signal: null },
    ruledOut: ['oom.container', 'kill.runtime'],
    says: /Killed from inside the container: .* sent SIGKILL to sleep .*; sh \(PID 1\) passed that on as exit code 137/,
    never: /out of memory|from the host/i,
  },
};
