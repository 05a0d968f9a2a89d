import type { PanelAction } from '../panel/messages.ts';

/** What sections can do, and what was done last. */
export interface Act {
  /** What was copied last: an action, or the index of an advice. Shown as a check mark for a moment. */
  readonly copied: string | undefined;
  readonly act: (action: PanelAction) => void;
  readonly copyAdvice: (index: number) => void;
  readonly showsAll: boolean;
  readonly toggleAll: () => void;
}
