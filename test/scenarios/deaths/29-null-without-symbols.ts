import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  number: 29,
  title: 'null dereference, no symbols',
  command: ['die-stripped', 'null'],
  expect: {
    cause: 'crash.segfault',
    certainty: 'certain',
    victim: { program: 'die-stripped', isMain: true },
    actor: { kind: 'self', program: /^die-stripped$/ },
    exit: { code: 139, signal: 'SIGSEGV' },
    ruledOut: ['kill.host'],
    says: /die-stripped \(PID 1\) crashed with SIGSEGV: it wrote through a null pointer \(address 0x0\), in die-stripped\+0x[0-9a-f]+\./,
    advises: /no symbols.*build id [0-9a-f]{12}/,
    never: /out of memory|sent/i,
  },
};
