import type { ContainerIdentity } from '../domain/container.ts';
import type { Death, DeathEvidence, DeathSummary } from '../domain/death.ts';
import type { Health } from '../domain/health.ts';
import type { Candidate, ChangedParams, ListParams, ListResult, LiveContainer } from '../domain/protocol.ts';
import type { VitalsSource } from '../domain/collector.ts';
import type { AgentApi, AgentInfo, ChangeKind, Explanation, LiveResolution, Unsubscribe } from '../server/api.ts';
import type { DeathReader } from '../store/types.ts';
import type { Investigation } from './investigation.ts';
import type { Ledger } from './ledger.ts';
import { closestNames, matchContainer } from './live-query.ts';

/** A death's record is on its way from the ring to the store for at most about this long. */
const IN_FLIGHT_MS = 400;
const POLL_MS = 25;
const NAMES_FOR_SUGGESTIONS = 200;

export interface AgentApiParts {
  readonly info: AgentInfo;
  readonly reader: DeathReader;
  readonly ledger: Ledger;
  readonly investigation: Investigation;
  readonly vitals: VitalsSource | undefined;
  readonly health: () => Promise<Omit<Health, 'connections'>>;
}

/** What the socket's server asks, answered from the store and from what is being watched. */
export class LocalAgentApi implements AgentApi {
  readonly #parts: AgentApiParts;

  constructor(parts: AgentApiParts) {
    this.#parts = parts;
  }

  info(): AgentInfo {
    return this.#parts.info;
  }

  list(params: ListParams): Promise<ListResult> {
    return this.#parts.reader.list(params);
  }

  get(id: string): Promise<Death | undefined> {
    return this.#parts.reader.get(id);
  }

  async explain(query: string, settleMs: number, signal: AbortSignal): Promise<Explanation> {
    const deadline = performance.now() + Math.max(settleMs, 0);
    const inFlight = performance.now() + Math.min(settleMs, IN_FLIGHT_MS);
    for (;;) {
      // Before the look: whoever gets his name meanwhile is found by the next one.
      const waitUntil = this.#parts.investigation.hasNamelessDeaths ? deadline : inFlight;
      const found = await this.#parts.reader.find(query);
      const live = matchContainer(query, this.#liveIdentities());
      if (found.kind === 'ambiguous') return { kind: 'ambiguous', candidates: found.candidates.map(candidateOf) };
      if (found.kind === 'found') {
        if (found.death.settled || performance.now() >= deadline || signal.aborted)
          return { kind: 'death', death: found.death };
        await pause();
        continue;
      }
      if (performance.now() < waitUntil && !signal.aborted) {
        await pause();
        continue;
      }
      return this.#unexplained(query, live);
    }
  }

  async #unexplained(query: string, live: ReturnType<typeof matchContainer>): Promise<Explanation> {
    if (live.kind === 'one') return { kind: 'still-running', containerId: live.identity.id, name: live.identity.name };
    if (live.kind === 'many') return { kind: 'ambiguous', candidates: live.identities.map(liveCandidate) };
    return { kind: 'not-found', running: false, closest: await this.#closest(query) };
  }

  async lastChange(): Promise<number> {
    return (await this.#parts.reader.list({ limit: 1 })).lastChange;
  }

  async changesAfter(change: number, limit: number, what: ChangeKind): Promise<readonly ChangedParams[]> {
    const { deaths } = await this.#parts.reader.list({ changedAfter: change, limit, what });
    return deaths.map(({ change: at, id, cause, certainty, revision, wound }) => ({
      change: at,
      id,
      cause,
      certainty,
      revision,
      ...(wound !== undefined && { wound: true }),
    }));
  }

  onChanged(listener: () => void): Unsubscribe {
    return this.#parts.ledger.onChanged(listener);
  }

  containers(): Promise<readonly LiveContainer[]> {
    return Promise.resolve(
      this.#liveIdentities().map((identity) => ({ identity, vitals: this.#parts.vitals?.recent(identity.id).at(-1) })),
    );
  }

  async resolveLive(query: string): Promise<LiveResolution> {
    const live = matchContainer(query, this.#liveIdentities());
    if (live.kind === 'one') return { kind: 'container', identity: live.identity };
    if (live.kind === 'many') return { kind: 'ambiguous', candidates: live.identities.map(liveCandidate) };
    return { kind: 'not-found', closest: await this.#closest(query) };
  }

  onEvidence(containerId: string, listener: (evidence: DeathEvidence) => void): Unsubscribe {
    return this.#parts.investigation.live.follow(containerId, listener);
  }

  health(): Promise<Omit<Health, 'connections'>> {
    return this.#parts.health();
  }

  #liveIdentities(): ContainerIdentity[] {
    const { book } = this.#parts.investigation;
    return book.live().map(({ opening }) => book.identity(opening.containerId));
  }

  async #closest(query: string): Promise<string[]> {
    const { deaths } = await this.#parts.reader.list({ limit: NAMES_FOR_SUGGESTIONS });
    const names = [
      ...this.#liveIdentities().map(({ name }) => name),
      ...deaths.map(({ containerName }) => containerName),
    ];
    return closestNames(
      query,
      names.filter((name) => name !== undefined),
    );
  }
}

/** Of a container of Kubernetes the name that no other namespace has. */
function candidateOf({ containerId, containerName, pod, at }: DeathSummary): Candidate {
  const own = containerName?.split('/').at(-1);
  const name = pod === undefined ? containerName : own === undefined ? pod : `${pod}/${own}`;
  return { containerId, name, lastDeathAt: at };
}

function liveCandidate({ id, name }: ContainerIdentity): Candidate {
  return { containerId: id, name, lastDeathAt: undefined };
}

function pause(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, POLL_MS);
  });
}
