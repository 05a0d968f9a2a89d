import type { DeathEvidence, DeathSummary } from '../../../agent/domain/death.ts';
import type { ChangedParams, LiveContainer } from '../../../agent/domain/protocol.ts';
import type { AgentApi, Explanation, LiveResolution } from '../../../agent/server/api.ts';
import { oomDeath } from '../../support/death-gallery.ts';
import { summaryOf } from '../../support/deaths.ts';

export function changeOf(change: number): ChangedParams {
  return { change, id: oomDeath.id, cause: 'oom.container', certainty: 'certain', revision: 1 };
}

/** An agent without a kernel or a store: what it knows is what the test tells it. */
export class FakeAgent implements AgentApi {
  readonly changes: ChangedParams[] = [];
  readonly live = new Map<string, LiveContainer>();
  readonly #changed = new Set<() => void>();
  readonly #following = new Map<string, Set<(evidence: DeathEvidence) => void>>();
  /** Signals of the calls that are or were under way, by name of the call. */
  readonly signals = new Map<string, AbortSignal>();
  explanation: Explanation = { kind: 'death', death: oomDeath };
  /** When set, deaths/get waits for it. */
  gate: Promise<unknown> = Promise.resolve();
  /** Runs before a page of changes is read. */
  beforePage: () => void = () => undefined;
  /** containers/follow waits for it. */
  resolving: Promise<unknown> = Promise.resolve();
  failure: Error | undefined;
  listed: DeathSummary[] = [summaryOf(oomDeath, 1)];
  onGet: () => void = () => undefined;

  get followed(): number {
    return [...this.#following.values()].reduce((sum, listeners) => sum + listeners.size, 0);
  }

  get subscribers(): number {
    return this.#changed.size;
  }

  commit(...changes: readonly number[]): void {
    this.changes.push(...changes.map(changeOf));
    for (const listener of this.#changed) listener();
  }

  witness(containerId: string, evidence: DeathEvidence): void {
    for (const listener of this.#following.get(containerId) ?? []) listener(evidence);
  }

  info(): { agentVersion: string; host: string; bootId: string } {
    return { agentVersion: '0.1.0', host: 'node-7', bootId: 'boot' };
  }

  async list(params: Parameters<AgentApi['list']>[0]): Promise<Awaited<ReturnType<AgentApi['list']>>> {
    if (this.failure !== undefined) throw this.failure;
    const after = params.changedAfter;
    const lastChange = this.changes.at(-1)?.change ?? 0;
    if (after === undefined) return { deaths: this.listed, lastChange };
    const from = Math.max(after, params.cursor ?? 0);
    const rest = this.changes.filter(({ change }) => change > from);
    const deaths = rest.slice(0, params.limit).map(({ change }) => summaryOf(oomDeath, change));
    const last = deaths.at(-1);
    return deaths.length === rest.length || last === undefined
      ? { deaths, lastChange }
      : { deaths, lastChange, nextCursor: last.change };
  }

  async get(id: string, signal: AbortSignal): ReturnType<AgentApi['get']> {
    this.signals.set('get', signal);
    this.onGet();
    await this.gate;
    if (this.failure !== undefined) throw this.failure;
    return id === oomDeath.id ? oomDeath : undefined;
  }

  async explain(): Promise<Explanation> {
    return this.explanation;
  }

  async lastChange(): Promise<number> {
    return this.changes.at(-1)?.change ?? 0;
  }

  async changesAfter(change: number, limit: number): Promise<readonly ChangedParams[]> {
    this.beforePage();
    if (this.failure !== undefined) throw this.failure;
    return this.changes.filter((each) => each.change > change).slice(0, limit);
  }

  onChanged(listener: () => void): () => void {
    this.#changed.add(listener);
    return () => this.#changed.delete(listener);
  }

  async containers(): Promise<readonly LiveContainer[]> {
    return [...this.live.values()];
  }

  async resolveLive(query: string): Promise<LiveResolution> {
    await this.resolving;
    if (query === 'twins') return { kind: 'ambiguous', candidates: [] };
    const found = this.live.get(query);
    return found === undefined
      ? { kind: 'not-found', closest: [...this.live.keys()] }
      : { kind: 'container', identity: found.identity };
  }

  onEvidence(containerId: string, listener: (evidence: DeathEvidence) => void): () => void {
    const listeners = this.#following.get(containerId) ?? new Set();
    this.#following.set(containerId, listeners.add(listener));
    return () => listeners.delete(listener);
  }

  async health(): ReturnType<AgentApi['health']> {
    return {
      version: '0.1.0',
      pid: 1,
      host: 'node-7',
      bootId: 'boot',
      startedAt: 0,
      residentBytes: 0,
      kernel: {
        release: '6.18',
        btf: true,
        lockdown: undefined,
        cgroup: 'v2',
        origin: 'loaded',
        programs: [],
        counters: [],
      },
      collectors: [],
      store: { path: '/var/lib/inquest', schemaVersion: 1, deaths: 0, bytes: 0, lastChange: 0, problem: undefined },
      containers: 0,
    };
  }
}
