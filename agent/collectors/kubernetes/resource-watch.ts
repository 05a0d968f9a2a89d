import { InquestError } from '../../domain/errors.ts';
import { ApiError, GONE } from './api.ts';
import type { KubernetesApi } from './api.ts';
import { ListSchema, StatusSchema, VersionedSchema, WatchSchema } from './schemas.ts';

export interface ResourceWatchOptions {
  /** `/api/v1/pods`. */
  readonly path: string;
  readonly fieldSelector: string;
  /** An object that is there, is new or has changed. */
  readonly onObject: (object: unknown) => void;
  readonly onGone: (object: unknown) => void;
  /** Everything that is there comes next: whatever does not come is gone. */
  readonly onList?: () => void;
  /** The server sent something that cannot be read. */
  readonly onBad: () => void;
  readonly pageSize?: number;
}

const PAGE_SIZE = 200;
/** The server ends a watch after this; spread, so that not all nodes of a cluster come back at once. */
const WATCH_SECONDS = 240;
const WATCH_SPREAD_SECONDS = 60;
const OVERDUE_MS = 30_000;
const TOO_MANY_PAGES = 500;

/**
 * One kind of object, listed once and then watched. What was seen last is remembered, so that a connection that
 * broke is taken up where it ended; when the server has forgotten that (410 Gone) all is listed anew.
 */
export class ResourceWatch {
  readonly #options: ResourceWatchOptions;
  #version: string | undefined;

  constructor(options: ResourceWatchOptions) {
    this.#options = options;
  }

  /** Lists what is there, unless the place to go on from is known. */
  async catchUp(api: KubernetesApi): Promise<void> {
    if (this.#version === undefined) await this.#list(api);
  }

  /** Follows what happens until the connection fails. */
  async follow(api: KubernetesApi): Promise<never> {
    for (;;) {
      try {
        await this.catchUp(api);
        await this.#watch(api);
      } catch (error) {
        if (!(error instanceof ApiError) || error.status !== GONE) throw error;
        this.#version = undefined;
      }
    }
  }

  async #list(api: KubernetesApi): Promise<void> {
    const { path, fieldSelector, pageSize = PAGE_SIZE, onList, onObject } = this.#options;
    let next: string | undefined;
    onList?.();
    for (let page = 0; page < TOO_MANY_PAGES; page += 1) {
      const query = new URLSearchParams({ fieldSelector, limit: String(pageSize) });
      if (next !== undefined) query.set('continue', next);
      const { metadata, items } = ListSchema.parse(await api.get(`${path}?${query.toString()}`));
      for (const item of items) onObject(item);
      next = metadata.continue;
      if (next === undefined || next === '') {
        this.#version = metadata.resourceVersion;
        return;
      }
    }
    throw new InquestError('runtime-failed', 'The list of the API server has no end.');
  }

  async #watch(api: KubernetesApi): Promise<void> {
    const { path, fieldSelector, onBad } = this.#options;
    const seconds = WATCH_SECONDS + Math.floor(Math.random() * WATCH_SPREAD_SECONDS);
    const query = new URLSearchParams({
      fieldSelector,
      watch: '1',
      allowWatchBookmarks: 'true',
      resourceVersion: this.#version ?? '',
      timeoutSeconds: String(seconds),
    });
    let failure: ApiError | undefined;
    await api.stream(
      `${path}?${query.toString()}`,
      seconds * 1_000 + OVERDUE_MS,
      (value) => {
        failure ??= this.#take(value);
      },
      onBad,
    );
    if (failure !== undefined) throw failure;
  }

  #take(value: unknown): ApiError | undefined {
    const { onObject, onGone, onBad } = this.#options;
    const parsed = WatchSchema.safeParse(value);
    if (!parsed.success) {
      onBad();
      return undefined;
    }
    const { type, object } = parsed.data;
    if (type === 'ERROR') {
      const code = StatusSchema.safeParse(object).data?.code ?? 0;
      return new ApiError(code, `The API server ended the watch with status ${String(code)}.`);
    }
    if (type === 'DELETED') onGone(object);
    else if (type !== 'BOOKMARK') onObject(object);
    const version = VersionedSchema.safeParse(object);
    if (version.success) this.#version = version.data.metadata.resourceVersion;
    return undefined;
  }
}
