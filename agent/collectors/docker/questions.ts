import type { DeadContainer } from '../../domain/collector.ts';
import type { EvidenceOf } from '../../domain/evidence.ts';
import type { EpochUs } from '../../domain/time.ts';
import { UnsupportedError } from './client-errors.ts';
import type { DockerClient, ListEntry } from './client.ts';
import type { Flavour } from './flavour.ts';
import { identityOf } from './identity.ts';
import { readContainerCgroup } from '../shared/main-cgroup.ts';
import type { Inspect } from './schemas.ts';
import { stateOf } from './state.ts';

/** Paused and restarting ones have not ended for good. */
export function isRunning({ state }: ListEntry): boolean {
  return state === 'running' || state === 'paused' || state === 'restarting';
}

export function hasEnded({ state }: ListEntry): boolean {
  return state === 'exited' || state === 'dead' || state === 'created';
}

export async function describe(
  inspect: Inspect,
  at: EpochUs,
  runtime: Flavour['runtime'] = 'docker',
): Promise<DeadContainer> {
  const pid = inspect.State.Pid ?? 0;
  const cgroupPath = pid > 0 ? await readContainerCgroup(pid, inspect.Id) : undefined;
  return { identity: identityOf(inspect, runtime, cgroupPath), state: stateOf(inspect, at, runtime) };
}

/** The log tail, `undefined` for an unknown container, or a sentence why there is none. */
export async function readLogTail(
  client: DockerClient,
  containerId: string,
  at: EpochUs,
): Promise<EvidenceOf<'log_tail'> | string | undefined> {
  const inspect = await client.inspect(containerId);
  if (inspect === undefined) return undefined;
  try {
    const data = await client.logTail(inspect);
    return data === undefined ? undefined : { at: data.lines.at(-1)?.at ?? at, source: 'log', containerId, data };
  } catch (error) {
    // Since 20.10 the daemon keeps a copy for most drivers; 'none' keeps nothing.
    if (!(error instanceof UnsupportedError)) throw error;
    const driver = inspect.HostConfig?.LogConfig?.Type ?? 'unknown';
    return `Logs of containers with the logging driver '${driver}' cannot be read.`;
  }
}
