import type { CauseId } from '../../agent/domain/causes.ts';
import type { ActorKind, Certainty } from '../../agent/domain/death.ts';
import type { Dockerd } from '../support/dockerd.ts';
import type { ImageName } from '../support/images.ts';

/** What a scenario has at hand while it lets its container die. */
export interface Stage {
  readonly dockerd: Dockerd;
  /** Name of the image that the scenario runs. */
  readonly image: string;
  readonly container: string;
  /** All of them, where the scenario runs more than one; the first is `container`. */
  readonly containers: readonly string[];
  /** A folder on the host, gone afterwards. */
  readonly folder: string;
  readonly docker: (...argv: string[]) => Promise<string>;
  /** Pid on the host of the main process. */
  readonly mainPid: (container?: string) => Promise<number>;
  /** Waits until the container's log has the line. */
  readonly logged: (line: string) => Promise<void>;
  /** Waits until the condition holds; fails with `what` when it does not in time. */
  readonly until: (what: string, holds: () => boolean | Promise<boolean>) => Promise<void>;
}

/** What a scenario made on the host for its container. */
export interface Prepared {
  readonly options: readonly string[];
  readonly remove: () => void | Promise<void>;
}

/** One way to die, and what must be said of it. */
export interface Scenario {
  /** Its number in the list of deaths. */
  readonly number: number;
  readonly title: string;
  /** Why it cannot be produced on any machine that only has Docker; it is skipped with these words. */
  readonly elsewhere?: string;
  /** Disturbs containers of others: runs when they are through. */
  readonly alone?: boolean;
  readonly image?: ImageName;
  /** Arguments of `docker run` before the image. */
  readonly options?: readonly string[];
  readonly command: readonly string[];
  /** How many of the same run side by side; each must be judged as expected. */
  readonly containers?: number;
  /** How many deaths the container dies, each to be judged as expected. */
  readonly deaths?: number;
  /** True where the container is started again and goes on. */
  readonly runsOn?: boolean;
  /** Makes what it needs on the host. */
  readonly prepare?: (stage: Stage) => Prepared | Promise<Prepared>;
  /** In place of `docker run --detach`, which it gets with all its arguments. */
  readonly start?: (stage: Stage, run: readonly string[]) => Promise<void>;
  /** Lets it die, where it does not by itself. The container runs detached then. */
  readonly die?: (stage: Stage) => Promise<void>;
  readonly expect: Expectation;
}

export interface Expectation {
  readonly cause: CauseId;
  /** The least that must be promised. */
  readonly certainty: Certainty;
  /** The program is the base name of its command; '' where there is no victim because nothing ran. */
  readonly victim: { readonly program: string; readonly isMain: boolean };
  readonly actor: { readonly kind: ActorKind; readonly program?: RegExp; readonly uid?: number };
  readonly exit: { readonly code: number; readonly signal: string | null };
  readonly ruledOut?: readonly CauseId[];
  /** Must be in the headline. */
  readonly says: RegExp;
  /** Must be in a piece of advice or in a note. */
  readonly advises?: RegExp;
  readonly notes?: RegExp;
  /** Must not be said in headline and notes. */
  readonly never: RegExp;
}
