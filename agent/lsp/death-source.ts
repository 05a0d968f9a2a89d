import type { FindDeathsParams, FoundDeath, KnownContainer } from '../domain/lsp-protocol.ts';

/** Somebody who knows deaths: the editor's connected hosts, or the agent of this machine. May reject, may be slow. */
export interface DeathSource {
  find(wanted: FindDeathsParams, signal: AbortSignal): Promise<readonly FoundDeath[]>;
  /** From memory: names and ids that a line is searched for. */
  known(signal: AbortSignal): Promise<readonly KnownContainer[]>;
}
