import type { Death } from '../../agent/domain/death.ts';
import { US_PER_MS } from '../../agent/domain/time.ts';
import type { HostRegistry } from '../connect/host-registry.ts';
import { HostError } from '../hosts/failure.ts';
import type { ExplainContext } from '../panel/explain-model.ts';
import type { DeathRef } from './entry.ts';

/** Reads a death with all its evidence. Rejects with HostError, also when the host is not configured. */
export async function fetchDeath(hosts: HostRegistry, { hostId, deathId }: DeathRef): Promise<Death> {
  const known = hosts.get(hostId);
  if (known === undefined) throw new HostError({ reason: 'cancelled', host: hostId });
  const { death } = await known.connection.request('deaths/get', { id: deathId });
  return death;
}

export function explainContextOf(hosts: HostRegistry, { hostId }: DeathRef): ExplainContext {
  const state = hosts.get(hostId)?.connection.state;
  return {
    hostId,
    hostLabel: hosts.labelOf(hostId),
    tier: state?.kind === 'connected' ? state.hello.tier : 'sensitive',
    now: Date.now() * US_PER_MS,
  };
}

export function isReachable(hosts: HostRegistry, hostId: string): boolean {
  return hosts.get(hostId)?.connection.state.kind === 'connected';
}
