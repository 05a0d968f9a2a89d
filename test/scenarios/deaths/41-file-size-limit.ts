import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  number: 41,
  title: 'RLIMIT_FSIZE',
  options: ['--ulimit', 'fsize=65536:65536'],
  command: ['sh', '-c', 'die write-on; exit $?'],
  expect: {
    cause: 'limit.file-size',
    certainty: 'certain',
    victim: { program: 'die', isMain: false },
    actor: { kind: 'self' },
    exit: { code: 153, signal: null },
    says: /die .* wrote a file larger than its file size limit/,
    never: /out of memory|from the host/i,
  },
};
