import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  number: 2,
  title: 'child over the limit, main ends with 0: OOMKilled and exit code 0',
  options: ['--memory', '24m'],
  // Docker knows of a kill only once its shim listens, which is when it has said that the container runs.
  command: ['sh', '-c', 'until [ -e /tmp/go ]; do sleep 0.1; done; die eat; exit 0'],
  die: async ({ dockerd, container }) => {
    await dockerd.dockerOk('exec', container, 'touch', '/tmp/go');
  },
  expect: {
    cause: 'exit.success',
    certainty: 'certain',
    victim: { program: 'sh', isMain: true },
    actor: { kind: 'self' },
    exit: { code: 0, signal: null },
    says: /finished by itself with exit code 0/,
    notes: /OOMKilled: true.*not what ended the container/,
    never: /because the container reached/i,
  },
};
