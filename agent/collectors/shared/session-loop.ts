import { setTimeout as sleep } from 'node:timers/promises';
import type { CollectorName, CollectorSink, CollectorState, CollectorStatus } from '../../domain/collector.ts';
import { InquestError } from '../../domain/errors.ts';
import type { EvidenceSource } from '../../domain/evidence.ts';
import type { EpochUs } from '../../domain/time.ts';
import { Backoff } from './backoff.ts';

export interface SessionLoopOptions {
  readonly name: CollectorName & EvidenceSource;
  /** Socket, for whoever asks which of several it is. */
  readonly endpoint: string;
  readonly clock: () => EpochUs;
  /** First and longest wait after a lost connection. */
  readonly retryMs?: readonly [number, number] | undefined;
  /** By how much, of itself, a wait may be longer: many that lost the same server do not come back at once. */
  readonly jitter?: number;
  /** As what a connection that broke or came back is told. */
  readonly connection?: 'runtime_connection' | 'orchestrator_connection';
  /** Wait while there is no socket at all. */
  readonly absentRetryMs?: number | undefined;
  /**
   * Connects, calls `up` with who answers, and goes on until the connection ends. Resolves to why it ended;
   * never rejects.
   */
  readonly session: (up: (peer?: string) => void, attempted: () => void) => Promise<InquestError>;
}

const RETRY_MS = [500, 30_000] as const;
const ABSENT_RETRY_MS = 5_000;

/** Keeps a connection to a runtime, or to whoever directs it: tries again when it is lost, and tells of its state and its losses. */
export class SessionLoop {
  readonly #options: SessionLoopOptions;
  readonly #backoff: Backoff;
  readonly #stopping = new AbortController();
  #sink: CollectorSink | undefined;
  #loop: Promise<void> | undefined;
  #status: CollectorStatus | undefined;
  #peer: string | undefined;
  /** Whether there ever was a connection, and whether it is gone. */
  #connection: 'never' | 'up' | 'lost' = 'never';

  constructor(options: SessionLoopOptions) {
    this.#options = options;
    const [first, last] = options.retryMs ?? RETRY_MS;
    this.#backoff = new Backoff(first, last, options.jitter);
  }

  /** Aborts when the collector is to stop. */
  get signal(): AbortSignal {
    return this.#stopping.signal;
  }

  /** Asked anew each time: a call in between changes it. */
  isStopping(): boolean {
    return this.#stopping.signal.aborted;
  }

  /** Resolves after the first attempt to connect, whatever came of it. */
  async start(sink: CollectorSink): Promise<void> {
    if (this.#sink !== undefined) throw new InquestError('bad-usage', 'The collector was started before.');
    this.#sink = sink;
    this.report('starting');
    const attempted = Promise.withResolvers<undefined>();
    this.#loop = this.#run(() => {
      attempted.resolve(undefined);
    });
    await attempted.promise;
  }

  /** @param close ends the session that is on its way */
  async stop(close: () => void): Promise<void> {
    this.#stopping.abort(new InquestError('runtime-absent', 'The collector was stopped.'));
    close();
    await this.#loop;
  }

  async #run(attempted: () => void): Promise<void> {
    while (!this.isStopping()) {
      const failure = await this.#options.session((peer) => {
        this.#up(peer);
      }, attempted);
      attempted();
      if (this.isStopping()) return;
      await this.#wait(this.#lost(failure));
    }
  }

  #up(peer: string | undefined): void {
    this.#peer = peer;
    if (this.#connection === 'lost') this.#connectionEvidence('restored');
    this.#connection = 'up';
    this.#backoff.reset();
    this.report('running');
  }

  /** Reports and decides how long to wait, in ms. */
  #lost(failure: InquestError): number {
    const absentMs = this.#options.absentRetryMs ?? ABSENT_RETRY_MS;
    if (this.#connection === 'up') {
      this.#connection = 'lost';
      this.#connectionEvidence('lost');
    }
    const { reason } = failure;
    const isAbsent = this.#connection === 'never' && (reason === 'runtime-absent' || reason === 'no-permission');
    const next = failure.next === undefined ? '' : ` ${failure.next}`;
    this.report(isAbsent ? 'absent' : 'retrying', `${failure.message}${next}`);
    if (isAbsent) return absentMs;
    // Trying a missing socket costs nothing: a daemon that restarts is found soon.
    const waitMs = this.#backoff.next();
    return reason === 'runtime-absent' ? Math.min(waitMs, absentMs) : waitMs;
  }

  #connectionEvidence(state: 'lost' | 'restored'): void {
    const { clock, name: source, connection: kind = 'runtime_connection' } = this.#options;
    this.#sink?.evidence([{ at: clock(), source, containerId: undefined, data: { kind, state } }]);
  }

  async #wait(ms: number): Promise<void> {
    try {
      await sleep(ms, undefined, { signal: this.#stopping.signal });
    } catch (error) {
      if (!this.isStopping()) throw error;
    }
  }

  report(state: CollectorState, detail?: string): void {
    const { name, endpoint, clock } = this.#options;
    const known = this.#status;
    const peer = state === 'running' ? this.#peer : undefined;
    if (known?.state === state && known.detail === detail && known.peer === peer) return;
    const since = known?.state === state ? known.since : clock();
    this.#status = {
      name,
      endpoint,
      state,
      since,
      ...(peer !== undefined && { peer }),
      ...(detail !== undefined && { detail }),
    };
    this.#sink?.status(this.#status);
  }
}
