import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  number: 44,
  title: 'exit(137) without any signal',
  command: ['sh', '-c', 'exit 137'],
  expect: {
    cause: 'exit.error',
    certainty: 'certain',
    victim: { program: 'sh', isMain: true },
    actor: { kind: 'self', program: /^sh$/ },
    exit: { code: 137, signal: null },
    ruledOut: ['oom.container', 'kill.host'],
    says: /exited by itself with code 137; no signal was involved/,
    never: /out of memory|killed (by|from|through)/i,
  },
};
