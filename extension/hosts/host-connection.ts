import type { AgentClient, ClientIdentity, RequestOptions } from '../../agent/client/agent-client.ts';
import { Backoff, DEFAULT_BACKOFF, type BackoffLimits } from '../../agent/client/backoff.ts';
import { followChanges } from '../../agent/client/follow-changes.ts';
import { displayText } from '../../agent/domain/display.ts';
import { InquestError, messageOf } from '../../agent/domain/errors.ts';
import type { ChangedParams, RequestMethod, Requests } from '../../agent/domain/protocol.ts';
import { HostError, isRetried, type HostFailure } from './failure.ts';
import { DEFAULT_ATTEMPT_SECONDS, openAgent } from './open-agent.ts';
import type { Prompter, SecretStore } from './prompter.ts';
import { LOCAL_TARGET, type HostSettings } from './settings.ts';
import type { HostState } from './state.ts';
import type { HostLog } from './transport.ts';
import { Waiter } from './waiter.ts';

export interface HostConnectionOptions {
  readonly settings: HostSettings;
  readonly identity: ClientIdentity;
  readonly prompter: Prompter;
  readonly log: HostLog;
  /** Where passphrases are kept that the person wants kept. */
  readonly secrets?: SecretStore;
  /** Report changes after this number; only what is new when absent. */
  readonly after?: number;
  readonly backoff?: BackoffLimits;
  /** How long an attempt may take, not counting while a person is asked. 30 when absent. */
  readonly attemptSeconds?: number;
}

/** One host, over all the connections that are made to it. */
export interface HostConnection {
  readonly settings: HostSettings;
  readonly state: HostState;
  /** The newest change that was reported; resume from it with `after`. */
  readonly lastChange: number | undefined;
  /**
   * Connects and stays connected until `disconnect`. `attended` (default): a person wants it and may
   * be prompted. Resolves when connected; rejects with HostError when this attempt fails, which is
   * tried again in the background where that may help (state `waiting`).
   */
  connect(options?: { readonly attended?: boolean }): Promise<void>;
  /** Back to idle. A pending `connect` rejects with `cancelled`. */
  disconnect(): void;
  /** Rejects with HostError while not connected, else as AgentClient does. */
  request<M extends RequestMethod>(
    method: M,
    params: Requests[M]['params'],
    options?: RequestOptions,
  ): Promise<Requests[M]['result']>;
  onState(listener: (state: HostState) => void): () => void;
  /** Every change once and in order, also those that happened while the connection was lost. */
  onChange(listener: (change: ChangedParams) => Promise<void> | void): () => void;
  /** `disconnect`, for good. */
  dispose(): void;
}

export function createHostConnection(options: HostConnectionOptions): HostConnection {
  return new Connection(options);
}

/** A socket of this machine costs nobody anything to try, and who has just started the agent is looking at the view. */
const LOCAL_BACKOFF: BackoffLimits = { minMs: 1_000, maxMs: 10_000 };

interface Run {
  readonly controller: AbortController;
  readonly waiter: Waiter;
}

interface Pending {
  readonly promise: Promise<void>;
  readonly resolve: (value: undefined) => void;
  readonly reject: (error: HostError) => void;
}

class Connection implements HostConnection {
  readonly settings: HostSettings;
  readonly #options: HostConnectionOptions;
  readonly #stateListeners = new Set<(state: HostState) => void>();
  readonly #changeListeners = new Set<(change: ChangedParams) => Promise<void> | void>();
  readonly #backoff: Backoff;
  #state: HostState = { kind: 'idle' };
  #lastChange: number | undefined;
  #client: AgentClient | undefined;
  #run: Run | undefined;
  #pending: Pending | undefined;
  #attempt: AbortController | undefined;
  /** Whether somebody waits who may be asked. */
  #attended = false;
  #wasConnected = false;
  #disposed = false;

  constructor(options: HostConnectionOptions) {
    this.settings = options.settings;
    this.#options = options;
    this.#lastChange = options.after;
    const limits = options.settings.target === LOCAL_TARGET ? LOCAL_BACKOFF : DEFAULT_BACKOFF;
    this.#backoff = new Backoff(options.backoff ?? limits);
  }

  get state(): HostState {
    return this.#state;
  }

  get lastChange(): number | undefined {
    return this.#lastChange;
  }

  async connect({ attended = true }: { readonly attended?: boolean } = {}): Promise<void> {
    if (this.#disposed) throw new HostError(this.#cancelled());
    if (this.#state.kind === 'connected') return;
    if (this.#pending !== undefined && (this.#attended || !attended)) return this.#pending.promise;
    const pending = this.#pending ?? Promise.withResolvers<undefined>();
    this.#pending = pending;
    this.#attended ||= attended;
    this.#backoff.reset();
    if (this.#run === undefined) this.#start();
    else if (this.#attempt === undefined) this.#run.waiter.wake();
    // An attempt of the background fails where a person would have been asked: begin anew.
    else if (attended) this.#attempt.abort(RESTARTED);
    return pending.promise;
  }

  disconnect(): void {
    const run = this.#run;
    this.#run = undefined;
    this.#client = undefined;
    const cancelled = new HostError(this.#cancelled());
    run?.controller.abort(cancelled);
    this.#attempt?.abort(cancelled);
    this.#settle(cancelled);
    if (run !== undefined || this.#state.kind === 'failed') this.#become({ kind: 'idle' });
  }

  dispose(): void {
    this.#disposed = true;
    this.disconnect();
    this.#stateListeners.clear();
    this.#changeListeners.clear();
  }

  async request<M extends RequestMethod>(
    method: M,
    params: Requests[M]['params'],
    options?: RequestOptions,
  ): Promise<Requests[M]['result']> {
    if (this.#client === undefined) throw new HostError(this.#whyNotConnected());
    return this.#client.request(method, params, options);
  }

  onState(listener: (state: HostState) => void): () => void {
    this.#stateListeners.add(listener);
    return () => this.#stateListeners.delete(listener);
  }

  onChange(listener: (change: ChangedParams) => Promise<void> | void): () => void {
    this.#changeListeners.add(listener);
    return () => this.#changeListeners.delete(listener);
  }

  #start(): void {
    const run: Run = { controller: new AbortController(), waiter: new Waiter() };
    this.#run = run;
    const { signal } = run.controller;
    followChanges({
      connect: () => this.#establish(run),
      ...(this.#lastChange === undefined ? {} : { after: this.#lastChange }),
      wounds: true,
      onChange: (change, client) => this.#report(change, client),
      signal,
      onInterruption: (reason) => this.#interrupted(run, reason),
      // All waiting is done in #establish, where a person can cut it short.
      backoff: { minMs: 0, maxMs: 0 },
    }).then(
      () => this.#ended(run, undefined),
      (error: unknown) => this.#ended(run, error),
    );
  }

  /** Resolves once there is a connection, however long that takes; rejects only when `run` is over. */
  async #establish(run: Run): Promise<AgentClient> {
    const { signal } = run.controller;
    // Woken meanwhile or not: after a loss the first wait comes from #interrupted.
    if (this.#state.kind === 'waiting') await run.waiter.until(this.#state.retryAt, signal);
    for (;;) {
      signal.throwIfAborted();
      const outcome = await this.#try(run);
      signal.throwIfAborted();
      if (outcome === RESTARTED) continue;
      if ('hello' in outcome) return outcome;
      await this.#rest(run, outcome);
    }
  }

  async #try(run: Run): Promise<AgentClient | HostFailure | typeof RESTARTED> {
    const attended = this.#attended;
    const attempt = new AbortController();
    this.#attempt = attempt;
    this.#become({ kind: 'connecting', attended });
    try {
      const { settings, identity, prompter, secrets, log, attemptSeconds = DEFAULT_ATTEMPT_SECONDS } = this.#options;
      const opened = await openAgent({
        settings,
        identity,
        log,
        attemptSeconds,
        ...(secrets === undefined ? {} : { secrets }),
        attempt: { signal: attempt.signal, prompter: attended ? prompter : undefined },
      });
      const { client, route, transport } = opened;
      if (run !== this.#run) {
        client.close();
        return this.#cancelled();
      }
      this.#client = client;
      this.#wasConnected = true;
      client.onClose(() => {
        if (this.#client === client) this.#client = undefined;
      });
      this.#attended = false;
      this.#backoff.reset();
      this.#become({ kind: 'connected', hello: client.hello, transport, route, since: Date.now() });
      this.#settle(undefined);
      return client;
    } catch (error) {
      if (attempt.signal.reason === RESTARTED) return RESTARTED;
      if (error instanceof HostError) return this.#sinceConnected(error.failure);
      return { reason: 'connection-lost', host: this.settings.target, detail: displayText(messageOf(error)) };
    } finally {
      this.#attempt = undefined;
    }
  }

  /** No socket and no command in PATH looks like no agent at all; but it was there before, wherever it is kept. */
  #sinceConnected(failure: HostFailure): HostFailure {
    if (failure.reason !== 'agent-not-installed' || !this.#wasConnected) return failure;
    return { reason: 'agent-not-running', host: failure.host, socket: failure.socket };
  }

  /** Between two attempts: for a while, or until somebody connects. */
  async #rest(run: Run, failure: HostFailure): Promise<void> {
    const { signal } = run.controller;
    const retried = isRetried(failure.reason);
    this.#attended = false;
    const waitMs = this.#backoff.next();
    this.#options.log.warn(
      `${new HostError(failure).message}${retried ? `; trying again in ${String(Math.ceil(waitMs / 1_000))} s` : ''}`,
    );
    const retryAt = Date.now() + waitMs;
    this.#become(retried ? { kind: 'waiting', failure, retryAt } : { kind: 'failed', failure });
    const woken = retried ? run.waiter.until(retryAt, signal) : run.waiter.untilWoken(signal);
    this.#settle(new HostError(failure));
    await woken;
  }

  #interrupted(run: Run, reason: unknown): void {
    if (run !== this.#run) return;
    this.#client = undefined;
    const detail = reason === undefined ? 'The agent ended the connection.' : displayText(messageOf(reason));
    const failure: HostFailure = { reason: 'connection-lost', host: this.settings.target, detail };
    this.#options.log.warn(new HostError(failure).message);
    this.#become({ kind: 'waiting', failure, retryAt: Date.now() + this.#backoff.next() });
  }

  #ended(run: Run, error: unknown): void {
    if (run !== this.#run) return;
    this.#run = undefined;
    this.#client = undefined;
    if (error === undefined) return;
    const failure: HostFailure =
      error instanceof HostError
        ? error.failure
        : { reason: 'agent-failed', host: this.settings.target, detail: displayText(messageOf(error)) };
    this.#options.log.warn(new HostError(failure).message);
    this.#become({ kind: 'failed', failure });
    this.#settle(new HostError(failure, error));
  }

  /** A listener that fails is a fault of its own: the others and the following go on. */
  async #report(change: ChangedParams, client: AgentClient): Promise<void> {
    for (const listener of this.#changeListeners) {
      try {
        await listener(change);
      } catch (error) {
        // Of a lost connection: the same change comes again on the next one.
        if (client !== this.#client) {
          throw new InquestError('agent-not-running', 'The connection was lost.', { cause: error });
        }
        this.#options.log.warn(`${this.settings.target}: change ${String(change.change)}: ${messageOf(error)}`);
      }
    }
    this.#lastChange = change.change;
  }

  #become(state: HostState): void {
    this.#state = state;
    for (const listener of this.#stateListeners) listener(state);
  }

  #settle(error: HostError | undefined): void {
    const pending = this.#pending;
    this.#pending = undefined;
    if (error === undefined) pending?.resolve(undefined);
    else pending?.reject(error);
  }

  #cancelled(): HostFailure {
    return { reason: 'cancelled', host: this.settings.target };
  }

  #whyNotConnected(): HostFailure {
    const state = this.#state;
    if (state.kind === 'waiting' || state.kind === 'failed') return state.failure;
    return { reason: 'connection-lost', host: this.settings.target, detail: 'Not connected.' };
  }
}

const RESTARTED = Symbol('restarted');
