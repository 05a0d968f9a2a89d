import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  number: 42,
  title: 'no space left on the device',
  options: ['--tmpfs', '/srv:size=1m', '--workdir', '/srv'],
  command: ['sh', '-c', '/bin/dd if=/dev/zero of=/srv/export bs=64k; exit $?'],
  expect: {
    cause: 'limit.disk',
    certainty: 'likely',
    victim: { program: 'dd', isMain: false },
    actor: { kind: 'self' },
    exit: { code: 1, signal: null },
    says: /dd .*could not write, because a file system was full, and exited with code 1.*No space left on device/,
    advises: /A tmpfs has a size of its own/,
    notes: /known from its log alone/,
    clue: /A file system that the program wrote to was full/,
    never: /killed|out of memory/i,
  },
};
