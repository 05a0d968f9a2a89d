import type { DeathSummary } from '../domain/death.ts';
import { toExitCode } from '../domain/exit-status.ts';
import { DEATHS_TIMEOUT_MS, FOUND_LIMIT } from '../domain/lsp-protocol.ts';
import type { FindDeathsParams, FoundDeath } from '../domain/lsp-protocol.ts';
import { LIMITS } from '../domain/protocol.ts';
import type { DeathFilter, ListParams } from '../domain/protocol.ts';
import { US_PER_SECOND } from '../domain/time.ts';
import type { DeathSource } from '../lsp/death-source.ts';
import { withAgent } from './link.ts';

const AROUND_US = 600 * US_PER_SECOND;

/** The agent of this machine as the one who knows deaths. Connects for each question: an idle editor holds nothing. */
export function agentDeaths(socket: string): DeathSource {
  const list = async (params: ListParams, signal: AbortSignal): Promise<readonly DeathSummary[]> =>
    await withAgent(
      socket,
      async (agent) => (await agent.request('deaths/list', params, { signal })).deaths,
      DEATHS_TIMEOUT_MS,
    );
  return {
    find: async (wanted, signal) => {
      const deaths = await list({ filter: filterOf(wanted), limit: FOUND_LIMIT }, signal);
      return deaths.map(foundDeath);
    },
    known: async (signal) => {
      const deaths = await list({ limit: LIMITS.pageSize }, signal);
      return deaths.map(({ containerId, containerName }) => ({
        id: containerId,
        ...(containerName !== undefined && { name: containerName }),
      }));
    },
  };
}

function filterOf({ containerIdPrefix, name, exitCode, near }: FindDeathsParams): DeathFilter {
  const container = containerIdPrefix ?? name;
  return {
    ...(container !== undefined && { container }),
    ...(exitCode !== undefined && { exitCode }),
    ...(near !== undefined && { since: near - AROUND_US, until: near + AROUND_US }),
  };
}

function foundDeath({ id, host, containerName, headline, certainty, at, exit }: DeathSummary): FoundDeath {
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
