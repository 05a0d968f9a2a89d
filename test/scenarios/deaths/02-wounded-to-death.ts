import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  number: 2,
  title: 'a worker crashes again and again until its shell gives up: wounded, then dead of it',
  command: ['sh', '-c', 'i=0; while [ $i -lt 9 ]; do die null; i=$((i+1)); sleep 1; done; die null; exit $?'],
  deaths: 1,
  expect: {
    cause: 'crash.segfault',
    certainty: 'certain',
    victim: { program: 'die', isMain: false },
    actor: { kind: 'self', program: /^die$/ },
    exit: { code: 139, signal: null },
    woundsLed: true,
    says: /die .* crashed with SIGSEGV: .*null pointer.*; sh \(PID 1\) passed that on as exit code 139/,
    never: /out of memory|runs on/i,
  },
};
