import { waitFor } from '../support/process-tree.ts';
import type { Dockerd } from '../support/dockerd.ts';
import type { Scenario, Stage } from './scenario.ts';

const LOG_TIMEOUT_MS = 15_000;
const RUN_TIMEOUT_MS = 30_000;

/** Runs the container and lets it die. Resolves when it is dead. */
export async function perform(
  scenario: Scenario,
  dockerd: Dockerd,
  image: string,
  container: string,
): Promise<() => void> {
  const prepared = scenario.prepare?.();
  const options = [...(scenario.options ?? []), ...(prepared?.options ?? [])];
  const run = ['run', '--network', 'none', '--name', container, ...options];
  if (scenario.die === undefined) {
    await dockerd.docker(...run, image, ...scenario.command);
  } else {
    await dockerd.dockerOk(...run, '--detach', image, ...scenario.command);
    await scenario.die(stageOf(dockerd, container));
    await waitFor(async () => !(await isRunning(dockerd, container)), RUN_TIMEOUT_MS);
  }
  return () => prepared?.remove();
}

async function isRunning(dockerd: Dockerd, container: string): Promise<boolean> {
  const { stdout } = await dockerd.docker('inspect', '--format', '{{.State.Running}}', container);
  return stdout.trim() === 'true';
}

function stageOf(dockerd: Dockerd, container: string): Stage {
  return {
    dockerd,
    container,
    docker: (...argv) => dockerd.dockerOk(...argv),
    mainPid: async () => Number(await dockerd.dockerOk('inspect', '--format', '{{.State.Pid}}', container)),
    logged: async (line) => {
      const found = await waitFor(
        async () => (await dockerd.docker('logs', container)).stdout.includes(line),
        LOG_TIMEOUT_MS,
      );
      if (!found) throw new Error(`${container} never logged ${line}`);
    },
  };
}
