import type { Scenario } from '../scenario.ts';

/** PID 1 cannot kill itself: the kernel drops it. A child of it can, and the shell passes that on. */
export const scenario: Scenario = {
  number: 25,
  title: 'self-kill',
  command: ['sh', '-c', 'die self-kill; exit $?'],
  expect: {
    cause: 'kill.self',
    certainty: 'certain',
    victim: { program: 'die', isMain: false },
    actor: { kind: 'self', program: /^die$/ },
    exit: { code: 137, signal: null },
    ruledOut: ['oom.container'],
    says: /die \(pid \d+ in the container\) sent SIGKILL to itself; sh \(PID 1\) passed that on/,
    never: /out of memory|from the host|docker/i,
  },
};
