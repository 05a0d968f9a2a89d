import type { ContainerIdentity } from '../domain/container.ts';
import type { DeathOrigin, Revision, Verdict } from '../domain/death.ts';
import type { Evidence, EvidenceKind } from '../domain/evidence.ts';
import { isKind } from '../domain/evidence.ts';
import type { EpochUs } from '../domain/time.ts';
import type { VitalsSample } from '../domain/vitals.ts';
import type { Case } from './case.ts';
import { EvidenceLog } from './evidence-log.ts';

const EMPTY_WITHOUT: readonly EvidenceKind[] = [
  'process_exec',
  'process_exit',
  'signal_sent',
  'oom_kill',
  'runtime_event',
  'runtime_state',
];

/** How a case came to be opened. */
export interface CaseOpening {
  readonly containerId: string;
  /** The cgroup id in decimal, or a name of its own where no kernel record exists. */
  readonly run: string;
  readonly at: EpochUs;
  readonly seenFromStart: boolean;
  readonly origin: DeathOrigin;
}

/** One run of one container, from its first sign of life until late evidence is no longer expected. */
export class CaseFile {
  readonly opening: CaseOpening;
  /** As in `opening`, or the cgroup that turned up for it. The death's name goes by `opening`, and stays. */
  run: string;
  readonly #log = new EvidenceLog();
  readonly revisions: Revision[] = [];
  vitals: readonly VitalsSample[] = [];
  /** When the main process ended, or the runtime said so. */
  diedAt: EpochUs | undefined;
  mainExitSeen = false;
  mainSeen = false;
  settled = false;
  /** The record of the cgroup's making may come after others: two rings are read side by side. */
  seenFromStart: boolean;
  origin: DeathOrigin;
  mainStartedAt: EpochUs | undefined;
  /** Earliest moment at which a verdict may be given without the kernel's word. */
  concludeAfter: EpochUs | undefined;
  forgetAfter: EpochUs | undefined;
  #news: string[] = [];

  constructor(opening: CaseOpening) {
    this.opening = opening;
    this.run = opening.run;
    this.origin = opening.origin;
    this.seenFromStart = opening.seenFromStart;
  }

  /** The cgroup's own records belong here, too. */
  take(run: string): this {
    this.run = run;
    return this;
  }

  /** @returns false when the same piece is here already */
  add(evidence: Evidence): boolean {
    if (!this.#log.add(evidence)) return false;
    if (isKind(evidence, 'container_created')) this.seenFromStart = true;
    if (!this.#news.includes(evidence.data.kind)) this.#news.push(evidence.data.kind);
    if (isKind(evidence, 'process_exec') && evidence.data.isMain) {
      this.mainSeen = true;
      this.mainStartedAt ??= evidence.data.process.startedAt;
    } else if (isKind(evidence, 'process_exit') && evidence.data.isMain) {
      this.mainSeen = true;
      this.mainExitSeen = true;
      this.mainStartedAt = evidence.data.process.startedAt;
      this.diedAt = evidence.at;
    }
    return true;
  }

  has(kind: EvidenceKind): boolean {
    return this.#log.has(kind);
  }

  /** A cgroup that was made and removed without a process in it, and that no runtime spoke of, was no container's run. */
  get isEmpty(): boolean {
    return EMPTY_WITHOUT.every((kind) => !this.#log.has(kind));
  }

  /** Kinds of evidence since the last verdict; empties the list. */
  takeNews(): string[] {
    const news = this.#news;
    this.#news = [];
    return news;
  }

  get hasNews(): boolean {
    return this.#news.length > 0;
  }

  view(container: ContainerIdentity, kernelWatched: boolean): Case {
    return {
      container,
      evidence: this.#log.sorted(),
      vitals: this.vitals,
      origin: this.origin,
      seenFromStart: this.seenFromStart,
      kernelWatched,
      openedAt: this.opening.at,
    };
  }

  /** Keeps the revision when it says something new, or is the first. */
  revise(verdict: Verdict, now: EpochUs, because: readonly string[]): boolean {
    const last = this.revisions.at(-1);
    if (last?.cause === verdict.cause && last.certainty === verdict.certainty && last.headline === verdict.headline)
      return false;
    this.revisions.push({
      number: this.revisions.length + 1,
      at: now,
      cause: verdict.cause,
      certainty: verdict.certainty,
      headline: verdict.headline,
      because,
    });
    return true;
  }
}
