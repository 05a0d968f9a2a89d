import type { ListParams } from '../../agent/domain/protocol.ts';
import type { KnownHost } from '../connect/host-registry.ts';
import type { HostState } from '../hosts/state.ts';
import type { DeathList } from './death-list.ts';
import type { DeathEntry } from './entry.ts';

type Read = () => Promise<readonly DeathEntry[]>;

export interface LiveOptions {
  readonly list: DeathList;
  /** Deaths that nobody was told of. */
  readonly onFresh: (entries: readonly DeathEntry[]) => void;
  readonly onError: (hostId: string, error: unknown) => void;
}

/** Keeps the list in step with the hosts. A thousand notifications in a row are read in a few pages. */
export class LiveDeaths {
  readonly #options: LiveOptions;
  /** Hosts that are being read, with what to do next where something changed meanwhile. */
  readonly #reading = new Map<string, Read | undefined>();

  constructor(options: LiveOptions) {
    this.#options = options;
  }

  onState({ host, connection }: KnownHost, state: HostState): void {
    if (state.kind !== 'connected') return;
    // An older agent refuses what it does not know.
    const what = state.hello.capabilities.includes('wounds') ? ({ what: 'all' } as const) : {};
    const source = {
      hostId: host.id,
      label: host.label,
      list: (params: ListParams) => connection.request('deaths/list', { ...params, ...what }),
    };
    // After the subscription, which is sent next: what happens between the two would be missed.
    setImmediate(() => {
      this.#read(host.id, () => this.#options.list.connect(source), true);
    });
  }

  onChange({ host }: KnownHost): void {
    this.#read(host.id, () => this.#options.list.catchUp(host.id));
  }

  /** `isFirst`: also when something is waiting already; a new connection matters more. */
  #read(hostId: string, read: Read, isFirst = false): void {
    if (this.#reading.has(hostId)) {
      if (isFirst || this.#reading.get(hostId) === undefined) this.#reading.set(hostId, read);
      return;
    }
    this.#reading.set(hostId, undefined);
    read()
      .then(
        (fresh) => {
          if (fresh.length > 0) this.#options.onFresh(fresh);
        },
        (error: unknown) => {
          this.#options.onError(hostId, error);
        },
      )
      .finally(() => {
        const next = this.#reading.get(hostId);
        this.#reading.delete(hostId);
        if (next !== undefined) this.#read(hostId, next);
      })
      .catch((error: unknown) => {
        this.#options.onError(hostId, error);
      });
  }
}
