import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  number: 2,
  title: 'a small child is killed for a big sibling: who was big is told',
  options: ['--memory', '24m'],
  command: [
    'sh',
    '-c',
    'trap "exit 0" TERM; die small & small=$!; usleep 300000; die eat-beside $small & wait $small; while :; do usleep 100000; done',
  ],
  wounds: 1,
  expect: {
    cause: 'oom.container',
    certainty: 'certain',
    victim: { program: 'die', isMain: false },
    actor: { kind: 'kernel' },
    exit: { code: 137, signal: 'SIGKILL' },
    ruledOut: ['oom.host', 'kill.host'],
    says: /killed die \(pid \d+ in the container\) because the container reached its memory limit of 24 MiB; the container runs on\.$/,
    notes:
      /killed \([4-6](?:\.\d)? MiB\) was not the biggest: die eat-beside \d+ used (?:1\d|2[0-3])(?:\.\d)? MiB.*look at the big one/,
    never: /docker exec|died|start it again/i,
  },
};
