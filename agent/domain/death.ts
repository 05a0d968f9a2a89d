import type { CauseId } from './causes.ts';
import type { ContainerIdentity, RuntimeName } from './container.ts';
import type { Evidence, LogTail, RequestAction } from './evidence.ts';
import type { ExitStatus } from './exit-status.ts';
import type { ProcessRef } from './process.ts';
import type { Repetition, RepetitionSummary } from './repetition.ts';
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
  /** Who had the runtime do it. Absent where nobody was seen asking: then the runtime may have acted by itself. */
  readonly requester?: Requesters;
}

/** `certain`: the one candidate asked for just this. `possible`: each of them may have, or somebody unseen. */
export interface Requesters {
  readonly certainty: 'certain' | 'possible';
  /** In the order in which they asked; at least one. */
  readonly candidates: readonly Requester[];
}

/** A process that asked a runtime, at the runtime's socket. */
export interface Requester {
  readonly at: EpochUs;
  readonly runtime: RuntimeName;
  readonly action: RequestAction;
  readonly process: ProcessRef;
  /** Parents of the process, nearest first. */
  readonly ancestry: readonly ProcessRef[];
  /** Name of the container that the process runs in, where it runs in one and its name is known. */
  readonly containerName?: string;
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

/** The line of its log in which a program says why it ended. A quote for the reader, never proof. In display form. */
export interface LogClue {
  /** Which language runtime, library or server said it; “The program” where that is not known. */
  readonly runtime: string;
  readonly line: string;
  /** What the line means, for somebody who does not know the runtime. */
  readonly explanation: string;
  /** A source file that the line or its stack trace names, as it is called inside the container. */
  readonly file?: string;
  readonly lineNumber?: number;
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
  /** Absent where its log says nothing that is recognised, or has no part in the cause. */
  readonly logClue?: LogClue;
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

/** How the container went on after a process of it was killed or crashed, and how often that happened. */
export interface Wound {
  /** Names the wound within its run: the same for the same cause, program and place. Not for showing. */
  readonly signature: string;
  readonly count: number;
  readonly firstAt: EpochUs;
  readonly lastAt: EpochUs;
  /** How the container ended; absent while it runs on. */
  readonly end?: WoundEnd;
}

export interface WoundEnd {
  /** The death; absent where nobody saw it. */
  readonly deathId?: string;
  readonly at: EpochUs;
  /** The container died of it: the shell passed it on, or the supervisor gave up. */
  readonly led: boolean;
}

/** A wound as the death of its container refers to it. */
export interface WoundRef {
  readonly id: string;
  readonly cause: CauseId;
  readonly headline: string;
  readonly count: number;
  readonly firstAt: EpochUs;
  readonly lastAt: EpochUs;
  readonly led: boolean;
}

/**
 * One death of one container: what the store keeps and the protocol carries. A wound is kept in the
 * same shape, and `wound` says that it is one: `at` and `exit` are then those of the process that was
 * hit last, and the container ran on.
 */
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
  /** Names this end: see Repetition. */
  readonly signature?: string;
  /** Counted by the store when it is recorded. */
  readonly repetition?: Repetition;
  /** Only a wound has it; a death never. */
  readonly wound?: Wound;
  /** Of a death: wounds of the run that it ended. */
  readonly wounds?: readonly WoundRef[];
}

/** What a list shows of a death, or of a wound. */
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
  readonly repetition?: RepetitionSummary;
  readonly wound?: Wound;
}

/** base32 of RFC 4648 in lower case. */
export const DEATH_ID = /^[a-z2-7]{26}$/;
