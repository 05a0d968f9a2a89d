import type { DeathSummary } from '../../agent/domain/death.ts';
import { toExitCode } from '../../agent/domain/exit-status.ts';
import { FOUND_LIMIT, KNOWN_LIMIT } from '../../agent/domain/lsp-protocol.ts';
import type {
  FindDeathsParams,
  FindDeathsResult,
  FoundDeath,
  KnownContainer,
} from '../../agent/domain/lsp-protocol.ts';
import type { DeathFilter } from '../../agent/domain/protocol.ts';
import type { EpochUs } from '../../agent/domain/time.ts';
import type { HostRegistry, KnownHost } from '../connect/host-registry.ts';
import type { DeathList } from '../deaths/death-list.ts';

const ASK_EACH = 20;

export interface Finder {
  readonly hosts: HostRegistry;
  readonly deaths: DeathList;
}

/** What the connected hosts know of a container or an exit code. A host that does not answer is left out. */
export async function findDeaths({ hosts }: Finder, params: FindDeathsParams): Promise<FindDeathsResult> {
  const filter = filterOf(params);
  if (filter === undefined) return { deaths: [] };
  const answers = await Promise.allSettled(hosts.connected().map((known) => ask(known, filter)));
  const found = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
  const { near } = params;
  const order = near === undefined ? byNewest : byDistance(near);
  return { deaths: found.toSorted(order).slice(0, FOUND_LIMIT) };
}

function filterOf({ containerIdPrefix, name, exitCode }: FindDeathsParams): DeathFilter | undefined {
  const container = containerIdPrefix ?? name;
  if (container === undefined && exitCode === undefined) return undefined;
  return { ...(container !== undefined && { container }), ...(exitCode !== undefined && { exitCode }) };
}

async function ask({ host, connection }: KnownHost, filter: DeathFilter): Promise<readonly FoundDeath[]> {
  const { deaths } = await connection.request('deaths/list', { filter, limit: ASK_EACH });
  return deaths.map((death) => foundDeath(death, host.label));
}

function foundDeath(death: DeathSummary, host: string): FoundDeath {
  const { id, headline, certainty, at, containerName, exit } = death;
  return {
    id,
    host,
    headline,
    certainty,
    at,
    ...(containerName !== undefined && { containerName }),
    ...(exit !== undefined && { exitCode: toExitCode(exit) }),
  };
}

function byNewest(a: FoundDeath, b: FoundDeath): number {
  return b.at - a.at;
}

function byDistance(near: EpochUs): (a: FoundDeath, b: FoundDeath) => number {
  return (a, b) => Math.abs(a.at - near) - Math.abs(b.at - near);
}

/** From memory: asking the hosts would take longer than a pointer rests. */
export function knownDeadContainers({ deaths }: Finder): readonly KnownContainer[] {
  const known = new Map<string, KnownContainer>();
  for (const { death } of deaths.entries()) {
    if (known.size === KNOWN_LIMIT) break;
    const { containerId: id, containerName: name } = death;
    known.set(id, { id, ...(name !== undefined && { name }) });
  }
  return [...known.values()];
}
