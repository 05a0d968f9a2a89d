import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Dockerd } from '../support/dockerd.ts';
import { waitFor } from '../support/process-tree.ts';
import type { Scenario, Stage } from './scenario.ts';

const WAIT_MS = 30_000;

/** Makes what the scenario needs, runs its containers and lets them die; `remove` takes away what was made. */
export async function perform(
  scenario: Scenario,
  dockerd: Dockerd,
  image: string,
  containers: readonly string[],
): Promise<{ readonly remove: () => Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'inq-stage-'));
  const stage = stageOf(dockerd, image, containers, folder);
  const prepared = await scenario.prepare?.(stage);
  const remove = async (): Promise<void> => {
    await dockerd.docker('rm', '-f', ...containers);
    await prepared?.remove();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await act(scenario, stage, prepared?.options ?? []);
  } catch (error) {
    await remove();
    throw error;
  }
  return { remove };
}

async function act(scenario: Scenario, stage: Stage, prepared: readonly string[]): Promise<void> {
  const { dockerd, containers, image } = stage;
  const options = [...(scenario.options ?? []), ...prepared];
  const detached = [scenario.die, scenario.deaths, scenario.wounds].some((part) => part !== undefined);
  for (const container of containers) {
    const run = ['run', '--network', 'none', '--name', container, ...options];
    const program = [image, ...scenario.command];
    if (scenario.start !== undefined) await scenario.start(stage, [...run, ...program]);
    else if (detached) await dockerd.dockerOk(...run, '--detach', ...program);
    else await dockerd.docker(...run, ...program);
  }
  await scenario.die?.(stage);
  if (scenario.runsOn === true || scenario.wounds !== undefined) return;
  for (const container of containers) {
    await stage.until(`the end of ${container}`, async () => !(await isRunning(dockerd, container)));
  }
}

async function isRunning(dockerd: Dockerd, container: string): Promise<boolean> {
  const { stdout } = await dockerd.docker('inspect', '--format', '{{.State.Running}}', container);
  return stdout.trim() === 'true';
}

function stageOf(dockerd: Dockerd, image: string, containers: readonly string[], folder: string): Stage {
  const [container = ''] = containers;
  const until: Stage['until'] = async (what, holds) => {
    if (!(await waitFor(holds, WAIT_MS))) throw new Error(`${what} did not come`);
  };
  return {
    dockerd,
    image,
    container,
    containers,
    folder,
    docker: (...argv) => dockerd.dockerOk(...argv),
    mainPid: async (of = container) => Number(await dockerd.dockerOk('inspect', '--format', '{{.State.Pid}}', of)),
    logged: (line) =>
      until(`“${line}” in the log of ${container}`, async () =>
        (await dockerd.docker('logs', container)).stdout.includes(line),
      ),
    until,
  };
}
