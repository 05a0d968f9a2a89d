import type { CauseId } from '../../../../agent/domain/causes.ts';
import type { ActorKind, Certainty } from '../../../../agent/domain/death.ts';
import type { ProcessRef } from '../../../../agent/domain/process.ts';
import type { Life, LifeOptions } from '../../../support/life.ts';

/** What the verdict on a life must be. */
export interface Expected {
  readonly cause: CauseId;
  readonly certainty: Certainty;
  readonly victim?: ProcessRef;
  /** Whether the victim is the main process; true unless said otherwise. */
  readonly isMain?: boolean;
  readonly actor: ActorKind;
  /** The process behind it, where the actor must name one. */
  readonly by?: ProcessRef;
  /** Who had the runtime do it: how sure, and whose processes. Without it nobody may be named. */
  readonly asked?: { readonly certainty: 'certain' | 'possible'; readonly by: readonly ProcessRef[] };
  /** Words that the headline must hold. */
  readonly says: readonly string[];
  /** Words that would be wrong. */
  readonly neverSays?: readonly string[];
  readonly ruledOut?: readonly CauseId[];
  /** Nobody would think of these: to deny them only confuses. */
  readonly neverRulesOut?: readonly CauseId[];
  /** Words of the notes, all notes taken together. */
  readonly notes?: readonly string[];
}

/** One way to die: the life as the kernel and the runtime tell it, and the verdict on it. */
export interface DeathCase {
  readonly name: string;
  readonly options?: LifeOptions;
  readonly tell: (life: Life) => Expected;
}
