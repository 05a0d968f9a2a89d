import type { ChangedParams } from '../../agent/domain/protocol.ts';
import type { HostConnection } from '../hosts/host-connection.ts';
import type { HostState } from '../hosts/state.ts';
import type { ConfiguredHost } from '../settings/read-hosts.ts';

/** A configured host with its connection. */
export class KnownHost {
  readonly host: ConfiguredHost;
  readonly connection: HostConnection;
  #lastFailure: HostState | undefined;

  constructor(host: ConfiguredHost, connection: HostConnection) {
    this.host = host;
    this.connection = connection;
  }

  /** What views show: an attempt in the background does not take the reason away for a moment each time. */
  get state(): HostState {
    const { state } = this.connection;
    const isQuietRetry = state.kind === 'connecting' && !state.attended;
    return isQuietRetry ? (this.#lastFailure ?? state) : state;
  }

  note(state: HostState): void {
    if (state.kind === 'waiting' || state.kind === 'failed') this.#lastFailure = state;
    else if (state.kind !== 'connecting') this.#lastFailure = undefined;
  }
}

export interface RegistryOptions {
  readonly onState: (known: KnownHost, state: HostState) => void;
  readonly onChange: (known: KnownHost, change: ChangedParams) => void;
  /** Hosts came or went. */
  readonly onHosts: (removed: readonly ConfiguredHost[]) => void;
}

/** The hosts of the settings, each with one connection that lives as long as its settings stay the same. */
export class HostRegistry {
  readonly #options: RegistryOptions;
  #hosts = new Map<string, KnownHost>();

  constructor(options: RegistryOptions) {
    this.#options = options;
  }

  all(): readonly KnownHost[] {
    return [...this.#hosts.values()];
  }

  get(id: string): KnownHost | undefined {
    return this.#hosts.get(id);
  }

  connected(): readonly KnownHost[] {
    return this.all().filter(({ connection }) => connection.state.kind === 'connected');
  }

  labelOf(id: string): string {
    return this.#hosts.get(id)?.host.label ?? id;
  }

  /** Keeps connections whose settings did not change and connects the new ones, without asking anybody anything. */
  configure(hosts: readonly ConfiguredHost[], create: (host: ConfiguredHost) => HostConnection): void {
    const before = this.#hosts;
    const after = new Map<string, KnownHost>();
    const added: KnownHost[] = [];
    for (const host of hosts) {
      const known = before.get(host.id);
      if (known !== undefined && sameSettings(known.host, host)) {
        after.set(host.id, known);
        continue;
      }
      const fresh = this.#open(host, create(host));
      after.set(host.id, fresh);
      added.push(fresh);
    }
    this.#hosts = after;
    const kept = new Set([...after.values()].map(({ connection }) => connection));
    const dropped = [...before.values()].filter(({ connection }) => !kept.has(connection));
    for (const { connection } of dropped) connection.dispose();
    this.#options.onHosts(dropped.map(({ host }) => host));
    for (const { connection } of added) startInBackground(connection);
  }

  dispose(): void {
    for (const { connection } of this.#hosts.values()) connection.dispose();
    this.#hosts.clear();
  }

  #open(host: ConfiguredHost, connection: HostConnection): KnownHost {
    const known = new KnownHost(host, connection);
    connection.onState((state) => {
      known.note(state);
      this.#options.onState(known, state);
    });
    connection.onChange((change) => {
      this.#options.onChange(known, change);
    });
    return known;
  }
}

function startInBackground(connection: HostConnection): void {
  // How it ended is its state, which everybody watches; there is nobody here to tell.
  connection.connect({ attended: false }).catch(() => connection.state);
}

function sameSettings(a: ConfiguredHost, b: ConfiguredHost): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
