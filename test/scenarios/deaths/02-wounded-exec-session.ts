import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  number: 2,
  title: 'an exec session over the limit, the container lives on: wounded',
  options: ['--memory', '24m'],
  command: ['sleep', '1000'],
  wounds: 1,
  die: async ({ dockerd, container }) => {
    await dockerd.docker('exec', container, 'die', 'eat');
  },
  expect: {
    cause: 'oom.container',
    certainty: 'certain',
    victim: { program: 'die', isMain: false },
    actor: { kind: 'kernel' },
    exit: { code: 137, signal: 'SIGKILL' },
    ruledOut: ['oom.host', 'kill.host'],
    says: /killed die .* because the container reached its memory limit of 24 MiB; the container runs on\.$/,
    notes: /session of its own \(docker exec, or a health check\)/,
    never: /died|start it again/i,
  },
};
