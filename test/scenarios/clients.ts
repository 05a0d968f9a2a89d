import type { Dockerd } from '../support/dockerd.ts';
import { findProgram } from '../support/find-program.ts';
import type { CommandResult } from '../support/run-command.ts';
import { runCommand } from '../support/run-command.ts';

/** Those who ask a runtime for something besides the stage's own docker command. */

/** As another user of the host, who may use Docker’s socket although its folder is private. */
export async function askAs(uid: number, dockerd: Dockerd, argv: readonly string[]): Promise<void> {
  const user = ['--reuid', String(uid), '--regid', String(uid), '--clear-groups'];
  const access = ['--inh-caps', '+dac_override', '--ambient-caps', '+dac_override'];
  succeed(
    await runCommand('setpriv', [...user, ...access, '--', ...argv], { env: environment(dockerd) }),
    argv.join(' '),
  );
}

/** Without a command line of Docker’s in between: one request, and the end. */
export async function askByHttp(uid: number, dockerd: Dockerd, method: string, path: string): Promise<void> {
  const curl = ['curl', '--silent', '--show-error', '--fail', '--unix-socket', dockerd.socketPath];
  await askAs(uid, dockerd, [...curl, '--request', method, `http://docker${path}`]);
}

/** docker-compose in a folder with its file, for the project `shop`. */
export async function compose(dockerd: Dockerd, folder: string, ...argv: string[]): Promise<void> {
  const env = { ...environment(dockerd), COMPOSE_PROJECT_NAME: 'shop' };
  const command = findProgram('docker-compose') ?? 'docker-compose';
  succeed(await runCommand(command, argv, { env, cwd: folder }), `docker-compose ${argv.join(' ')}`);
}

function environment({ socketPath }: Dockerd): NodeJS.ProcessEnv {
  return { ...process.env, DOCKER_HOST: `unix://${socketPath}`, DOCKER_CLI_HINTS: 'false', HOME: '/nonexistent' };
}

function succeed({ code, stderr }: CommandResult, what: string): void {
  if (code !== 0) throw new Error(`${what} exited with ${String(code)}: ${stderr}`);
}
