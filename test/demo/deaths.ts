import { runCommand } from '../support/run-command.ts';
import { type DemoDocker, must } from './docker.ts';

/** A way to die that everybody has met, as one would do it by hand. */
export interface DemoDeath {
  readonly container: string;
  /** What happens, for the reader. */
  readonly story: string;
  readonly perform: (docker: DemoDocker, container: string) => Promise<void>;
}

function run(docker: DemoDocker, container: string, options: readonly string[], ...command: string[]): Promise<string> {
  const argv = ['run', '--network', 'none', '--name', container, ...options, docker.image, ...command];
  return must(docker.docker(...argv), `docker ${argv.slice(0, 5).join(' ')}`);
}

export const DEATHS: readonly DemoDeath[] = [
  {
    container: 'inquest-demo-report',
    story: 'A report job outgrows its memory limit of 32 MiB.',
    perform: async (docker, container) => {
      const argv = ['run', '--network', 'none', '--name', container, '--memory', '32m', docker.image];
      await docker.docker(...argv, 'sh', '-c', 'echo "building the report"; sleep 2; tail /dev/zero; exit $?');
    },
  },
  {
    container: 'inquest-demo-web',
    story: 'docker stop on a program that is PID 1 and has no handler for SIGTERM.',
    perform: async (docker, container) => {
      await run(docker, container, ['--detach'], 'sleep', '1000');
      await must(docker.docker('stop', '--time', '2', container), 'docker stop');
    },
  },
  {
    container: 'inquest-demo-cache',
    story: 'Somebody types kill -9 in a shell on the host.',
    perform: async (docker, container) => {
      await run(docker, container, ['--detach'], 'sleep', '1000');
      const pid = await must(docker.docker('inspect', '--format', '{{.State.Pid}}', container), 'docker inspect');
      await runCommand('bash', ['-c', `kill -9 ${pid}; true`]);
    },
  },
  {
    container: 'inquest-demo-api',
    story: 'An application gives up with an error of its own.',
    perform: async (docker, container) => {
      const argv = ['run', '--network', 'none', '--name', container, docker.image];
      await docker.docker(
        ...argv,
        'sh',
        '-c',
        'echo "listening on :8080"; echo "Error: connect ECONNREFUSED 10.0.0.3:5432" >&2; exit 1',
      );
    },
  },
];
