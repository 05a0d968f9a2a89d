import type { CauseId } from '../../agent/domain/causes.ts';
import type { ActorKind, Certainty, Requesters } from '../../agent/domain/death.ts';
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

/** What a scenario takes that not every machine has. */
export type Need = 'cgroup-v2' | 'cgroup-kill' | 'machine-of-its-own' | 'x86';

/** One way to die, and what must be said of it. */
export interface Scenario {
  /** Its number in the list of deaths. */
  readonly number: number;
  readonly title: string;
  /** Why it cannot be produced on any machine that only has Docker; it is skipped with these words. */
  readonly elsewhere?: string;
  /** What a machine must offer for it to be played there all the same. */
  readonly needs?: Need;
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
  /** Deaths of an earlier container of the same name, which are not judged. */
  readonly earlier?: number;
  /** How many wounds are told of in place of deaths: the container runs on. Each is judged as expected. */
  readonly wounds?: number;
  /** True where the container is started again and goes on. */
  readonly runsOn?: boolean;
  /** Makes what it needs on the host. */
  readonly prepare?: (stage: Stage) => Prepared | Promise<Prepared>;
  /** In place of `docker run --detach`, which it gets with all its arguments. */
  readonly start?: (stage: Stage, run: readonly string[]) => Promise<void>;
  /** Lets it die, where it does not by itself. The container runs detached then. */
  readonly die?: (stage: Stage) => Promise<void>;
  readonly expect: Expectation;
  /** Where an arm64 processor does something else. */
  readonly onArm?: Partial<Expectation>;
}

export interface Expectation {
  readonly cause: CauseId;
  /** The least that must be promised. */
  readonly certainty: Certainty;
  /** The program is the base name of its command; '' where there is no victim because nothing ran. */
  readonly victim: { readonly program: string; readonly isMain: boolean };
  readonly actor: { readonly kind: ActorKind; readonly program?: RegExp; readonly uid?: number };
  /** Who had the runtime do it, in the order in which they asked. Without it nobody may be named. */
  readonly requester?: {
    readonly certainty: Requesters['certainty'];
    readonly programs: readonly RegExp[];
    readonly uid?: number;
    /** Name of the container that it runs in. */
    readonly container?: string;
  };
  readonly exit: { readonly code: number; readonly signal: string | null };
  readonly ruledOut?: readonly CauseId[];
  /** Of a wound: how often the same came, at least. */
  readonly hits?: number;
  /** Of a death: whether the wounds of its run led to it. Not asked where absent. */
  readonly woundsLed?: boolean;
  /** Of the last death: how often the same end came, and what must be said of how it began. */
  readonly repeats?: { readonly count: number; readonly began?: RegExp };
  /** Must be in the headline. */
  readonly says: RegExp;
  /** Must be in a piece of advice or in a note. */
  readonly advises?: RegExp;
  readonly notes?: RegExp;
  /** Must be in the line of the log that matters, with what it means and `file:line`. */
  readonly clue?: RegExp;
  /** Must not be said in headline and notes. */
  readonly never: RegExp;
}
