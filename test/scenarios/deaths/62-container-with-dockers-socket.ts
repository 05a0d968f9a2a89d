import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  number: 62,
  title: 'killed by a container that has Docker’s socket mounted',
  command: ['die', 'term-exit'],
  die: async ({ docker, dockerd, image, container, logged }) => {
    await logged('ready');
    await docker(
      ...['run', '--rm', '--network', 'none', '--name', 'ci-runner'],
      ...['--volume', `${dockerd.socketPath}:/var/run/docker.sock`, image],
      ...['sh', '-c', `ask /var/run/docker.sock DELETE "/v1.41/containers/${container}?force=1"; true`],
    );
  },
  expect: {
    cause: 'kill.runtime',
    certainty: 'certain',
    victim: { program: 'die', isMain: true },
    actor: { kind: 'runtime', program: /runc/ },
    requester: { certainty: 'certain', programs: [/^ask$/], container: 'ci-runner' },
    exit: { code: 137, signal: 'SIGKILL' },
    ruledOut: ['oom.container', 'kill.host'],
    says: /^Killed through Docker: a process of the container ci-runner, which has Docker’s socket mounted, asked Docker to remove it by force; die \(PID 1\) was sent SIGKILL/,
    never: /root|nobody|out of memory|from another container/i,
  },
};
