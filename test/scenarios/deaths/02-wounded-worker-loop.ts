import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  number: 2,
  title: 'a worker crashes again and again: one wound with a count',
  command: ['sh', '-c', 'trap "exit 0" TERM; while :; do die abort; sleep 0.3; done'],
  wounds: 1,
  expect: {
    cause: 'crash.abort',
    certainty: 'certain',
    victim: { program: 'die', isMain: false },
    actor: { kind: 'self', program: /^die$/ },
    exit: { code: 134, signal: 'SIGABRT' },
    ruledOut: ['kill.host'],
    hits: 5,
    says: /die \(pid \d+ in the container\) aborted itself.*; the container runs on\.$/,
    never: /out of memory|docker exec|died/i,
  },
};
