import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  number: 2,
  title: 'child over the limit, main lives on: wounded',
  options: ['--memory', '24m'],
  command: ['sh', '-c', 'trap "exit 0" TERM; die eat; while :; do sleep 0.1; done'],
  wounds: 1,
  expect: {
    cause: 'oom.container',
    certainty: 'certain',
    victim: { program: 'die', isMain: false },
    actor: { kind: 'kernel' },
    exit: { code: 137, signal: 'SIGKILL' },
    ruledOut: ['oom.host', 'kill.host'],
    says: /killed die \(pid \d+ in the container\) because the container reached its memory limit of 24 MiB; the container runs on\.$/,
    advises: /Nothing restarts the container/,
    never: /docker exec|died|start it again/i,
  },
};
