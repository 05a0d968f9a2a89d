import type { CauseId } from './causes.ts';
import type { ContainerIdentity } from './container.ts';
import type { Evidence, LogTail } from './evidence.ts';
import type { ExitStatus } from './exit-status.ts';
import type { ProcessRef } from './process.ts';
import type { EpochUs } from './time.ts';
import type { VitalsSample } from './vitals.ts';

/** How much the evidence carries. `certain` is a promise: it must never be wrong. */
export type Certainty = 'certain' | 'likely' | 'possible' | 'unknown';

export type ActorKind = 'kernel' | 'runtime' | 'orchestrator' | 'inside' | 'container' | 'host' | 'self' | 'unknown';

/** Who ended the container. */
export interface Actor {
  readonly kind: ActorKind;
  readonly process?: ProcessRef;
  /** Parents of the process, nearest first. */
  readonly ancestry: readonly ProcessRef[];
  /** The container the actor runs in, where it is another one. */
  readonly containerId?: string;
}

export interface Victim {
  readonly process: ProcessRef;
  readonly isMain: boolean;
}

export interface RuledOut {
  readonly cause: CauseId;
  readonly why: string;
}

export interface Advice {
  readonly text: string;
  /** A command or a setting to copy, where one sentence is not enough. */
  readonly command?: string;
}

/** What the rules say about a death. Texts are already in display form: safe to show as they are. */
export interface Verdict {
  readonly cause: CauseId;
  readonly headline: string;
  readonly certainty: Certainty;
  readonly actor: Actor;
  readonly victim: Victim | undefined;
  readonly ruledOut: readonly RuledOut[];
  readonly advice: readonly Advice[];
  /** What contradicts or weakens the verdict, or is worth a second look. */
  readonly notes: readonly string[];
  /** False when records were lost or the agent was not there from the start. */
  readonly complete: boolean;
}

/** Why a verdict is not the first one. */
export interface Revision {
  readonly number: number;
  readonly at: EpochUs;
  readonly cause: CauseId;
  readonly certainty: Certainty;
  readonly headline: string;
  /** What arrived and made a new revision: evidence kinds, `settled`, `reconciled`. */
  readonly because: readonly string[];
}

/** Evidence as it is kept with a death: with the sentence that a person reads, safe to show as it is. */
export interface DeathEvidence extends Evidence {
  readonly text: string;
}

/** How the agent came to know of the death. */
export type DeathOrigin = 'witnessed' | 'recovered' | 'reconciled';

/** One death of one container: what the store keeps and the protocol carries. */
export interface Death {
  /** Deterministic: base32 of sha256(machine id, boot id, container id, start of its main process), 26 characters. */
  readonly id: string;
  /** When the main process ended. */
  readonly at: EpochUs;
  readonly host: string;
  readonly bootId: string;
  readonly origin: DeathOrigin;
  readonly container: ContainerIdentity;
  /** Absent when the container never ran, or nobody saw the status. */
  readonly exit: ExitStatus | undefined;
  readonly verdict: Verdict;
  readonly evidence: readonly DeathEvidence[];
  readonly vitals: readonly VitalsSample[];
  readonly logTail: LogTail | undefined;
  readonly revisions: readonly Revision[];
  /** True once the late evidence (runtime state, log tail) is in or has been waited for. */
  readonly settled: boolean;
}

/** What a list shows of a death. */
export interface DeathSummary {
  /** Order of arrival in the store; fixed. Lists are paged by it. */
  readonly sequence: number;
  /** Grows with every new death and every revision. Subscriptions resume after it. */
  readonly change: number;
  readonly id: string;
  readonly at: EpochUs;
  readonly host: string;
  readonly containerId: string;
  readonly containerName: string | undefined;
  readonly image: string | undefined;
  /** The Compose project it belongs to, by its label. */
  readonly project?: string;
  /** `namespace/pod` of Kubernetes, by its labels. */
  readonly pod?: string;
  readonly exit: ExitStatus | undefined;
  readonly cause: CauseId;
  readonly certainty: Certainty;
  readonly headline: string;
  readonly complete: boolean;
  readonly revision: number;
}

/** base32 of RFC 4648 in lower case. */
export const DEATH_ID = /^[a-z2-7]{26}$/;
