import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  number: 46,
  title: 'a shared library is not in the image',
  image: 'linked',
  command: ['/bin/linked'],
  expect: {
    cause: 'start.failed',
    certainty: 'likely',
    victim: { program: 'linked', isMain: true },
    actor: { kind: 'self' },
    exit: { code: 127, signal: null },
    says: /Could not start: libgone\.so is missing in the image, and linked \(PID 1\) exited with code 127/,
    advises: /Install the package/,
    clue: /The loader.*shared library/,
    never: /killed|on the host/i,
  },
};
