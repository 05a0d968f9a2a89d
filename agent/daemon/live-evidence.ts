import type { DeathEvidence } from '../domain/death.ts';
import type { Evidence } from '../domain/evidence.ts';
import { describe } from '../explain/describe.ts';

type Listener = (evidence: DeathEvidence) => void;

/** Hands evidence of running containers to those who follow them. Costs nothing while nobody does. */
export class LiveEvidence {
  readonly #listeners = new Map<string, Set<Listener>>();

  follow(containerId: string, listener: Listener): () => void {
    const listeners = this.#listeners.get(containerId) ?? new Set();
    listeners.add(listener);
    this.#listeners.set(containerId, listeners);
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) this.#listeners.delete(containerId);
    };
  }

  publish(batch: readonly Evidence[]): void {
    if (this.#listeners.size === 0) return;
    for (const evidence of batch) {
      if (evidence.containerId === undefined) continue;
      const listeners = this.#listeners.get(evidence.containerId);
      if (listeners === undefined) continue;
      const described = { ...evidence, text: describe(evidence) };
      for (const listener of listeners) listener(described);
    }
  }
}
