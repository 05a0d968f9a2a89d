import type { Certainty } from '../../agent/domain/death.ts';

/**
 * What the Explain Exit panel shows: plain data, every text ready to be put into a text node. Made where the death is
 * known (explain-model.ts), drawn where there is no more than a DOM (extension/webview/).
 */
export interface PanelModel {
  readonly hostId: string;
  readonly deathId: string;
  /** Counts revisions of the verdict; a panel that is open is told of the next one. */
  readonly revision: number;
  readonly container: string;
  readonly headline: string;
  readonly certainty: Certainty;
  readonly certaintyText: string;
  readonly isComplete: boolean;
  readonly isSettled: boolean;
  readonly causeId: string;
  /** Id of a codicon. */
  readonly icon: string;
  readonly tone: Tone;
  readonly facts: readonly Fact[];
  readonly actor: ActorModel;
  readonly backtrace: BacktraceModel | undefined;
  readonly timeline: readonly TimelineRow[];
  /** The line of its log that says why. */
  readonly said: SaidModel | undefined;
  readonly memory: MemoryModel | undefined;
  readonly throttling: ThrottlingModel | undefined;
  readonly ruledOut: readonly { readonly title: string; readonly why: string }[];
  readonly advice: readonly { readonly text: string; readonly command: string | undefined }[];
  readonly notes: readonly string[];
  readonly log: LogModel | undefined;
}

/** Broken, ended from outside or unclear, meant to happen. */
export type Tone = 'error' | 'warning' | 'neutral';

export interface Fact {
  readonly label: string;
  readonly value: string;
  /** Smaller, after the value. */
  readonly detail?: string;
  readonly isCode?: boolean;
}

export interface ActorModel {
  /** Who had the runtime do it, where somebody was seen asking: said before who carried it out. */
  readonly requests: readonly { readonly intro: string; readonly chain: readonly ProcessModel[] }[];
  readonly intro: string;
  /** The killer first, then its parents up to the oldest that was seen. */
  readonly chain: readonly ProcessModel[];
  readonly victim: string | undefined;
}

export interface ProcessModel {
  readonly command: string;
  readonly pid: string;
  /** Empty when nothing is known. */
  readonly user: string;
}

/** Where a program was when it crashed, the faulting function first. */
export interface BacktraceModel {
  readonly frames: readonly FrameModel[];
  readonly remarks: readonly string[];
}

export interface FrameModel {
  /** `handle_request() at server.c:42`. */
  readonly place: string;
  /** `server+0x1234`, for other tools; absent where the place is nothing else. */
  readonly address: string | undefined;
  /** How often in a row. */
  readonly count: number;
}

export interface TimelineRow {
  /** Distance to the death; absent for the death itself. */
  readonly when: string;
  readonly source: string;
  readonly text: string;
  readonly count: number;
  readonly isDeath: boolean;
  /** False: shown only when everything is asked for. */
  readonly isTelling: boolean;
}

export interface MemoryModel {
  readonly summary: string;
  /** Whose limit it is, where that is not the container's own. */
  readonly whose: string | undefined;
  /** Peak as a share of the limit, 0 to 1 and above. */
  readonly share: number | undefined;
  readonly chart: ChartModel | undefined;
  /** How it grew and what it was made of. */
  readonly sentences: readonly string[];
  /** What it was made of, as shares of all. Empty where that is not known. */
  readonly parts: readonly PartModel[];
  /** The biggest processes at the end; empty where one had all. */
  readonly processes: readonly { readonly name: string; readonly size: string; readonly remark: string }[];
}

export interface PartModel {
  readonly kind: 'programs' | 'shared' | 'kernel' | 'cache';
  readonly label: string;
  readonly size: string;
  /** 0 to 1. */
  readonly share: number;
}

export interface ChartModel {
  /** Seconds before the death (negative), bytes. In order of time. */
  readonly points: readonly { readonly seconds: number; readonly bytes: number }[];
  readonly limitBytes: number | undefined;
  /** The top of the drawing. */
  readonly ceilingBytes: number;
  readonly description: string;
  /** The same for whoever reads rather than looks. */
  readonly table: readonly { readonly when: string; readonly value: string; readonly share: string }[];
  readonly startText: string;
  readonly limitText: string | undefined;
}

export interface ThrottlingModel {
  readonly summary: string;
  /** Throttled periods as a share of all, 0 to 1. */
  readonly share: number;
}

export interface SaidModel {
  readonly line: string;
  /** Who said it, and what it means. */
  readonly meaning: string;
  /** `src/main.rs:4`: a source file that it names. */
  readonly place: string | undefined;
}

export interface LogModel {
  readonly lines: readonly { readonly time: string; readonly isError: boolean; readonly text: string }[];
  readonly remarks: readonly string[];
}
