import type { ContainerIdentity } from '../domain/container.ts';
import type { Death, DeathEvidence } from '../domain/death.ts';
import type { Health } from '../domain/health.ts';
import type { Candidate, ChangedParams, ListParams, ListResult, LiveContainer } from '../domain/protocol.ts';

export interface AgentInfo {
  readonly agentVersion: string;
  readonly host: string;
  readonly bootId: string;
}

export type Explanation =
  | { readonly kind: 'death'; readonly death: Death }
  /** `running`: a container of that name runs, but the store cannot say whether it ever died. */
  | { readonly kind: 'not-found'; readonly running: boolean; readonly closest: readonly string[] }
  | { readonly kind: 'ambiguous'; readonly candidates: readonly Candidate[] }
  | { readonly kind: 'still-running'; readonly containerId: string; readonly name: string | undefined };

export type LiveResolution =
  | { readonly kind: 'container'; readonly identity: ContainerIdentity }
  | { readonly kind: 'not-found'; readonly closest: readonly string[] }
  | { readonly kind: 'ambiguous'; readonly candidates: readonly Candidate[] };

/** What somebody wants to hear of. */
export type ChangeKind = 'deaths' | 'all';

export type Unsubscribe = () => void;

/**
 * What the server asks of the agent. Calls may be aborted; one that goes on regardless costs only
 * its own work. A rejection with an InquestError of reason `store-*` becomes StoreUnavailable.
 */
export interface AgentApi {
  info(): AgentInfo;
  /** `filter`, `limit` and `cursor` are already checked. */
  list(params: ListParams, signal: AbortSignal): Promise<ListResult>;
  get(id: string, signal: AbortSignal): Promise<Death | undefined>;
  explain(query: string, settleMs: number, signal: AbortSignal): Promise<Explanation>;
  /** The newest change number of the store, 0 when it is empty. */
  lastChange(): Promise<number>;
  /** Up to `limit` changes after `change`, oldest first: the current state of each death, or wound, that moved. */
  changesAfter(change: number, limit: number, what: ChangeKind): Promise<readonly ChangedParams[]>;
  /** Called after the commit of a change. Losing a call delays an announcement, a later one makes up for it. */
  onChanged(listener: () => void): Unsubscribe;
  containers(signal: AbortSignal): Promise<readonly LiveContainer[]>;
  resolveLive(query: string): Promise<LiveResolution>;
  /** Evidence of a running container as it arrives. */
  onEvidence(containerId: string, listener: (evidence: DeathEvidence) => void): Unsubscribe;
  /** Everything but the connections, which the server counts. */
  health(signal: AbortSignal): Promise<Omit<Health, 'connections'>>;
}
