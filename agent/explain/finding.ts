import type { CauseId } from '../domain/causes.ts';
import type { Actor, ActorKind, Advice, Certainty, LogClue } from '../domain/death.ts';
import type { EvidenceKind, EvidenceOf } from '../domain/evidence.ts';
import type { EpochUs } from '../domain/time.ts';
import type { Facts, Subject } from './facts.ts';

/** Kinds of evidence that a finding needs not to exist, from a moment on: seen, they would change it. */
export interface Absence {
  readonly of: readonly EvidenceKind[];
  readonly since: EpochUs;
}

/** What one rule makes of a death. Texts are in display form. */
export interface Finding {
  readonly cause: CauseId;
  readonly certainty: Certainty;
  readonly headline: string;
  /** How it went, as the end of a sentence: for a rule that knows more of the why. */
  readonly course?: string;
  readonly actor: Actor;
  /** Whose end is the root; the main process when absent. */
  readonly subject?: Subject;
  readonly advice: readonly Advice[];
  readonly notes?: readonly string[];
  /** What the program's log says about it. */
  readonly logClue?: LogClue;
  /** What must not have happened for the finding to hold; records that were lost then weaken it. */
  readonly reliesOnAbsence?: readonly Absence[];
}

/** Explains how a process died by a signal; `undefined` when the rule does not apply. */
export type SignalRule = (facts: Facts, subject: Subject) => Finding | undefined;

/** Explains the death as a whole. */
export type Rule = (facts: Facts) => Finding | undefined;

export function actorOf(kind: ActorKind, sent?: EvidenceOf<'signal_sent'>): Actor {
  const sender = sent?.data.sender;
  return {
    kind,
    ...(sender === undefined ? {} : { process: sender }),
    ancestry: sent?.data.ancestry ?? [],
    ...(kind === 'container' && sender?.containerId !== undefined ? { containerId: sender.containerId } : {}),
  };
}

export const KERNEL: Actor = { kind: 'kernel', ancestry: [] };
export const NOBODY_KNOWN: Actor = { kind: 'unknown', ancestry: [] };

/** The program did it to itself. */
export function itself(subject: Subject | undefined): Actor {
  return { kind: 'self', ...(subject === undefined ? {} : { process: subject.process }), ancestry: [] };
}
