import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  number: 50,
  title: 'Perl dies',
  image: 'perl',
  command: ['sh', '-c', 'echo "die \\"no such queue: invoices\\"" > /srv/worker.pl; exec perl /srv/worker.pl'],
  expect: {
    cause: 'exit.error',
    certainty: 'certain',
    victim: { program: 'perl', isMain: true },
    actor: { kind: 'self' },
    exit: { code: 255, signal: null },
    says: /exited by itself with code 255.*no such queue: invoices at \/srv\/worker\.pl line 1\./,
    clue: /Perl.*\/srv\/worker\.pl:1$/,
    never: /killed|out of memory/i,
  },
};
