import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  number: 2,
  title: 'a child crashes, main lives on: wounded',
  command: ['sh', '-c', 'trap "exit 0" TERM; die null; while :; do sleep 0.1; done'],
  wounds: 1,
  expect: {
    cause: 'crash.segfault',
    certainty: 'certain',
    victim: { program: 'die', isMain: false },
    actor: { kind: 'self', program: /^die$/ },
    exit: { code: 139, signal: 'SIGSEGV' },
    ruledOut: ['kill.host'],
    says: /die \(pid \d+ in the container\) crashed with SIGSEGV: .*null pointer.*; the container runs on\.$/,
    never: /out of memory|docker exec|died/i,
  },
};
