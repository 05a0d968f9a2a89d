import type { CauseId } from '../../agent/domain/causes.ts';
import type { ActorKind, Certainty } from '../../agent/domain/death.ts';
import type { Dockerd } from '../support/dockerd.ts';

/** What a scenario has at hand while it lets its container die. */
export interface Stage {
  readonly dockerd: Dockerd;
  readonly container: string;
  /** Pid of the main process on the host. */
  readonly mainPid: () => Promise<number>;
  readonly docker: (...argv: string[]) => Promise<string>;
  /** Waits until the container's log has the line. */
  readonly logged: (line: string) => Promise<void>;
}

/** One way to die, and what must be said of it. */
export interface Scenario {
  /** Its number in the list of deaths. */
  readonly number: number;
  readonly title: string;
  /** Arguments of `docker run` before the image. */
  readonly options?: readonly string[];
  readonly command: readonly string[];
  /** Lets it die, where it does not by itself. The container runs detached then. */
  readonly die?: (stage: Stage) => Promise<void>;
  /** Makes what it needs on the host; returns how to remove it. */
  readonly prepare?: () => { readonly options: readonly string[]; readonly remove: () => void };
  readonly expect: Expectation;
}

export interface Expectation {
  readonly cause: CauseId;
  /** The least that must be promised. */
  readonly certainty: Certainty;
  readonly victim: { readonly program: string; readonly isMain: boolean };
  readonly actor: { readonly kind: ActorKind; readonly program?: RegExp; readonly uid?: number };
  readonly exit: { readonly code: number; readonly signal: string | null };
  readonly ruledOut?: readonly CauseId[];
  /** Must be in the headline. */
  readonly says: RegExp;
  /** Must not be said anywhere in headline, advice and notes. */
  readonly never: RegExp;
}
