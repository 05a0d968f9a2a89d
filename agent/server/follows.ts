import type { DeathEvidence } from '../domain/death.ts';
import type { AgentApi, Unsubscribe } from './api.ts';
import type { OutboundQueue } from './outbound-queue.ts';
import type { BoundedMessageWriter } from './writer.ts';

/** The containers whose live evidence one connection follows. Dropped, never queued, for a slow reader. */
export class Follows {
  readonly #onEvidence: AgentApi['onEvidence'];
  readonly #output: { readonly queue: OutboundQueue; readonly writer: BoundedMessageWriter };
  readonly #maxQueueBytes: number;
  readonly #redact: (evidence: DeathEvidence) => DeathEvidence;
  readonly #active = new Map<string, Unsubscribe>();

  constructor(
    onEvidence: AgentApi['onEvidence'],
    output: { readonly queue: OutboundQueue; readonly writer: BoundedMessageWriter },
    maxQueueBytes: number,
    redact: (evidence: DeathEvidence) => DeathEvidence,
  ) {
    this.#onEvidence = onEvidence;
    this.#output = output;
    this.#maxQueueBytes = maxQueueBytes;
    this.#redact = redact;
  }

  get size(): number {
    return this.#active.size;
  }

  has(containerId: string): boolean {
    return this.#active.has(containerId);
  }

  /** Following twice is following once. */
  add(containerId: string): void {
    if (this.#active.has(containerId)) return;
    let skipped = 0;
    const stop = this.#onEvidence(containerId, (evidence) => {
      const { queue, writer } = this.#output;
      const sent =
        queue.bytes <= this.#maxQueueBytes &&
        writer.notify('containers/event', { containerId, evidence: this.#redact(evidence), skipped });
      skipped = sent ? 0 : skipped + 1;
    });
    this.#active.set(containerId, stop);
  }

  remove(containerId: string): void {
    this.#active.get(containerId)?.();
    this.#active.delete(containerId);
  }

  end(): void {
    for (const stop of this.#active.values()) stop();
    this.#active.clear();
  }
}
