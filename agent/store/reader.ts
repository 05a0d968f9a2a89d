import type { Death, DeathSummary } from '../domain/death.ts';
import { InquestError } from '../domain/errors.ts';
import type { EvidenceOf } from '../domain/evidence.ts';
import type { StoreHealth } from '../domain/health.ts';
import type { ListParams, ListResult } from '../domain/protocol.ts';
import type { EpochUs } from '../domain/time.ts';
import { parseDeath } from './body.ts';
import { QueryQueue } from './query-queue.ts';
import type { Query } from './reader-protocol.ts';
import { isFoundBody, isGaps, isKeptRevisions, isListResult, isStoreHealth, isSummaries } from './reader-protocol.ts';
import type { Guard } from './shape.ts';
import { isText, optional } from './shape.ts';
import type { DeathReader, FindResult, KeptRevision } from './types.ts';

/** Beside this module, with its own ending: `.ts` in the sources, `.mjs` when bundled as an entry of its own. */
const WORKER_URL = new URL(
  import.meta.url.endsWith('.ts') ? './reader-worker.ts' : './reader-worker.mjs',
  import.meta.url,
);

/** The reads, on a thread of their own: a slow query never delays what is being collected. */
export class WorkerReader implements DeathReader {
  readonly #queries: QueryQueue;
  #problem: () => string | undefined = () => undefined;

  constructor(path: string, options: { readonly url: URL | undefined; readonly timeoutMs: number }) {
    this.#queries = new QueryQueue({ path, url: options.url ?? WORKER_URL, timeoutMs: options.timeoutMs });
  }

  /** Where `stats` learns why writes fail: the reading connection cannot know. */
  describeProblem(problem: () => string | undefined): void {
    this.#problem = problem;
  }

  list(params: ListParams): Promise<ListResult> {
    return this.#ask({ method: 'list', params }, isListResult);
  }

  async get(id: string): Promise<Death | undefined> {
    const body = await this.#ask({ method: 'get', id }, optional(isText));
    return body === undefined ? undefined : parseDeath(body);
  }

  async find(query: string): Promise<FindResult> {
    const found = await this.#ask({ method: 'find', query }, isFoundBody);
    return found.kind === 'found' ? { kind: 'found', death: parseDeath(found.body) } : found;
  }

  byContainer(containerId: string): Promise<readonly DeathSummary[]> {
    return this.#ask({ method: 'byContainer', containerId }, isSummaries);
  }

  gaps(since: EpochUs, until: EpochUs): Promise<readonly EvidenceOf<'evidence_gap'>[]> {
    return this.#ask({ method: 'gaps', since, until }, isGaps);
  }

  revisions(id: string): Promise<readonly KeptRevision[]> {
    return this.#ask({ method: 'revisions', id }, isKeptRevisions);
  }

  async stats(): Promise<StoreHealth> {
    const health = await this.#ask({ method: 'stats' }, isStoreHealth);
    return { ...health, problem: this.#problem() };
  }

  close(): Promise<void> {
    return this.#queries.close();
  }

  async #ask<T>(query: Query, guard: Guard<T>): Promise<T> {
    const result = await this.#queries.ask(query);
    if (!guard(result)) throw new InquestError('store-corrupt', 'The store answered with an unexpected shape.');
    return result;
  }
}
