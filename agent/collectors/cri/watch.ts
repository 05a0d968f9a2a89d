import { setTimeout as sleep } from 'node:timers/promises';
import type { CollectorSink } from '../../domain/collector.ts';
import { InquestError, messageOf } from '../../domain/errors.ts';
import type { Evidence } from '../../domain/evidence.ts';
import { ContainerEvent, ContainerState, SandboxState } from './api.ts';
import type { CriClient } from './client.ts';
import type { Questions } from './questions.ts';
import { UnimplementedError } from './rpc/client.ts';

export interface CriWatchOptions {
  readonly client: CriClient;
  readonly questions: Questions;
  readonly sink: CollectorSink;
  readonly pollMs: number;
  readonly signal: AbortSignal;
  /** Tells the user of something that went wrong without ending the watch. */
  readonly problem: (text: string) => void;
  /** Called once it is known how the runtime can be watched. */
  readonly mode: (mode: 'events' | 'polled') => void;
  /** Called when everything that runs is known. */
  readonly caughtUp: () => void;
}

/** How long a server may take to say that it does not stream events. */
const REFUSAL_MS = 300;

/**
 * Learns of containers as they come and go: by the runtime's events where it has them (containerd 1.7, CRI-O where
 * `enable_pod_events` is set), else by looking at its list now and then. Neither is in a hurry: the kernel tells of
 * starts and deaths, and whoever hears of one asks at once.
 */
export class CriWatch {
  readonly #options: CriWatchOptions;
  /** `undefined` before the first look. */
  #states: Map<string, number> | undefined;
  readonly #asking = new Set<Promise<void>>();

  constructor(options: CriWatchOptions) {
    this.#options = options;
  }

  /** Rejects when the connection is lost. */
  async run(): Promise<never> {
    const { client, mode, caughtUp, problem } = this.#options;
    // First the stream, then the list: nothing can happen unseen in between.
    const events = client.events(
      ({ containerId, containerEventType }) => {
        this.#event(containerId, containerEventType);
      },
      () => {
        problem('The runtime sent an event that cannot be read; it was left out.');
      },
    );
    const over = endOfStream(events.ended);
    try {
      const isRefused = await Promise.race([over.then(() => true), sleep(REFUSAL_MS, false)]);
      mode(isRefused ? 'polled' : 'events');
      await this.#look();
      caughtUp();
      await over;
      if (!isRefused) mode('polled');
      return await this.#poll();
    } finally {
      events.cancel();
      await Promise.all(this.#asking);
    }
  }

  async #poll(): Promise<never> {
    for (;;) {
      await sleep(this.#options.pollMs, undefined, { signal: this.#options.signal });
      await this.#look();
    }
  }

  /** Compares the list with what is known. What had ended before the first look is for whoever reconciles. */
  async #look(): Promise<void> {
    const { client, questions, sink } = this.#options;
    const sandboxes = await questions.learnSandboxes();
    const containers = await client.containers();
    const before = this.#states;
    this.#states = new Map([...sandboxes, ...containers].map(({ id, state }) => [id, state]));
    for (const sandbox of sandboxes) {
      if (before?.has(sandbox.id) !== true && sandbox.state === SandboxState.ready) {
        sink.container(questions.sandboxIdentity(sandbox));
      }
    }
    for (const { id, state } of containers) {
      const was = before?.get(id);
      if (was === state) continue;
      if (state === ContainerState.running) this.#refresh(id, before !== undefined);
      else if (state === ContainerState.exited && before !== undefined) this.#refresh(id, true);
    }
  }

  #event(containerId: string, type: number): void {
    // A deleted one can no longer be asked for; nothing can be said yet of one that was only created.
    if (type === ContainerEvent.started || type === ContainerEvent.stopped) this.#refresh(containerId, true);
  }

  /** Asks who it is; where something has happened to it, also what. */
  #refresh(containerId: string, isNews: boolean): void {
    const task = this.#ask(containerId, isNews).catch((error: unknown) => {
      // With the connection gone its loss is what is reported.
      const isLost = error instanceof InquestError && error.reason === 'runtime-absent';
      if (!isLost) this.#options.problem(messageOf(error));
    });
    this.#asking.add(task);
    void task.finally(() => this.#asking.delete(task));
  }

  async #ask(containerId: string, isNews: boolean): Promise<void> {
    const { questions, sink } = this.#options;
    const known = await questions.inspect(containerId);
    if (known === undefined) return;
    sink.container(known.identity);
    if (!isNews) return;
    const { startedAt, finishedAt, exitCode, running } = known.state.data;
    const events: Evidence[] = [];
    const common = { source: 'cri', containerId } as const;
    if (running && startedAt !== undefined) {
      events.push({ ...common, at: startedAt, data: { kind: 'runtime_event', action: 'start' } });
    }
    if (!running && finishedAt !== undefined && exitCode !== undefined) {
      events.push({ ...common, at: finishedAt, data: { kind: 'runtime_event', action: 'die', exitCode } });
    }
    if (events.length > 0) sink.evidence(events);
  }
}

/**
 * Resolves when there are no more events to come over a connection that is still there: the server has no such method,
 * or it closes the stream, as CRI-O does at once where its events are not switched on.
 */
async function endOfStream(ended: Promise<void>): Promise<void> {
  try {
    await ended;
  } catch (error) {
    if (!(error instanceof UnimplementedError)) throw error;
  }
}
