import type { Evidence, EvidenceOf } from '../domain/evidence.ts';
import { isKind } from '../domain/evidence.ts';
import type { ProcessRef } from '../domain/process.ts';
import type { EpochUs } from '../domain/time.ts';
import { US_PER_MS } from '../domain/time.ts';
import type { Case } from './case.ts';
import type { ChildExit, WoundAccount } from './wound.ts';
import { keyOf } from './process-table.ts';
import { isPlaceOf } from './signature.ts';
import { isAboutEnd, isCrash, judgeWound, mayBeWound } from './wound.ts';
import { OUTLIVED_US, WoundGroup } from './wound-group.ts';

/** The kernel's log, which is looked at each second, may come after the end that it tells of. */
const JUDGE_AFTER_US = 1_500 * US_PER_MS;
/** A backtrace may take seconds. Until it is told of, a wound has this long to wait for it. */
const TRACED_AFTER_US = 4_000 * US_PER_MS;
/** So many wait for a backtrace; in a storm of crashes the kernel records few of them. */
const MAX_UNTRACED = 8;
/** Processes whose fault was seen. */
const MAX_TRACED = 64;
/** Ends that wait to be judged. A container that makes more at once makes them all alike. */
const MAX_FRESH = 32;
/** Kinds of wounds of one run. */
const MAX_GROUPS = 32;

interface Fresh {
  readonly exit: ChildExit;
  /** What came about it since: the case's own log may let go of it in a flood. */
  readonly evidence: Evidence[];
}

/**
 * The wounds of one run: processes other than the main one that were killed or crashed. A wound is
 * told of when the main process has outlived it by as long as a supervisor may take to give up; until
 * then it may be the cause of a death, which tells of it.
 */
export class WoundWatch {
  #fresh: Fresh[] = [];
  readonly #groups = new Map<string, WoundGroup>();
  readonly #traced: string[] = [];

  /** Whether there is anything to look at. */
  get isBusy(): boolean {
    return this.#fresh.length > 0 || this.#groups.size > 0;
  }

  note(evidence: Evidence): void {
    for (const { exit, evidence: about } of this.#fresh) {
      if (isAboutEnd(evidence, exit.data.process)) about.push(evidence);
    }
    if (isKind(evidence, 'process_fault')) this.#noteTrace(evidence.data.process);
    if (!isKind(evidence, 'process_exit') || !mayBeWound(evidence) || this.#fresh.length >= MAX_FRESH) return;
    this.#fresh.push({ exit: evidence, evidence: [] });
  }

  /** Groups with news: first ones that are certain not to be a death, and repetitions from time to time. */
  take(now: EpochUs, view: () => Case): readonly WoundGroup[] {
    this.#judge(
      this.#fresh.filter((fresh) => this.#isRipe(fresh, now)),
      view,
    );
    return [...this.#groups.values()].filter((group) => group.isDue(now));
  }

  /**
   * The main process has ended: what it outlived by long enough were wounds, everything else is a part
   * of its death. Returns those that were told of.
   */
  end(diedAt: EpochUs, view: () => Case): readonly WoundGroup[] {
    this.#judge(this.#fresh, view);
    const told = [...this.#groups.values()].filter((group) => group.isTold || diedAt - group.firstAt > OUTLIVED_US);
    this.#groups.clear();
    return told;
  }

  /** All that is there, however young: the agent is about to stop, and the next one will not know of it. */
  flush(view: () => Case): readonly WoundGroup[] {
    this.#judge(this.#fresh, view);
    return [...this.#groups.values()].filter((group) => !group.isTold || group.hasNews);
  }

  #noteTrace(process: ProcessRef): void {
    this.#traced.push(keyOf(process));
    if (this.#traced.length > MAX_TRACED) this.#traced.shift();
  }

  #isRipe({ exit }: Fresh, now: EpochUs): boolean {
    const age = now - exit.at;
    if (age < JUDGE_AFTER_US) return false;
    return (
      age >= TRACED_AFTER_US ||
      !isCrash(exit) ||
      this.#fresh.length > MAX_UNTRACED ||
      this.#traced.includes(keyOf(exit.data.process))
    );
  }

  #judge(due: readonly Fresh[], view: () => Case): void {
    if (due.length === 0) return;
    this.#fresh = this.#fresh.filter((fresh) => !due.includes(fresh));
    const whole = view();
    for (const { exit, evidence } of due) {
      const account = judgeWound({ ...whole, evidence: joined(whole.evidence, [exit, ...evidence]) }, exit);
      if (account !== undefined) this.#sort(account);
    }
  }

  #sort(account: WoundAccount): void {
    const known = this.#groups.get(account.signature) ?? this.#placed(account.signature);
    if (known !== undefined) known.add(account);
    else if (this.#groups.size < MAX_GROUPS) this.#groups.set(account.signature, new WoundGroup(account));
  }

  /** A crash without a backtrace is taken for the only one that is known like it. */
  #placed(signature: string): WoundGroup | undefined {
    const alike = [...this.#groups].filter(([placed]) => isPlaceOf(placed, signature));
    return alike.length === 1 ? alike[0]?.[1] : undefined;
  }
}

function joined(log: readonly Evidence[], more: readonly (Evidence | EvidenceOf<'process_exit'>)[]): Evidence[] {
  return [...new Set([...log, ...more])].sort((a, b) => a.at - b.at);
}
