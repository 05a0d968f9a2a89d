import type { SeenMemory } from '../deaths/death-list.ts';
import type { SeenState } from '../deaths/seen.ts';
import { MEMENTO } from '../ids.ts';

/** The part of vscode.Memento that is needed. */
export interface Memento {
  get(key: string): unknown;
  update(key: string, value: unknown): PromiseLike<void>;
}

/** What was seen, kept by the editor per host. */
export function seenStore(memento: Memento, onError: (error: unknown) => void): SeenMemory {
  const keyOf = (hostId: string): string => `${MEMENTO.seenPrefix}${hostId}`;
  return {
    load: (hostId) => {
      const kept: unknown = memento.get(keyOf(hostId));
      return isSeenState(kept) ? kept : undefined;
    },
    save: (hostId, state) => {
      memento.update(keyOf(hostId), state).then(undefined, onError);
    },
  };
}

function isSeenState(value: unknown): value is SeenState {
  if (typeof value !== 'object' || value === null || !('floor' in value) || !('above' in value)) return false;
  const { floor, above } = value;
  return Number.isSafeInteger(floor) && Array.isArray(above) && above.every((item) => Number.isSafeInteger(item));
}
