import type { ContainerIdentity } from '../domain/container.ts';
import type { Death, DeathOrigin, Revision, Wound, WoundEnd, WoundRef } from '../domain/death.ts';
import type { EpochUs } from '../domain/time.ts';
import type { VitalsSample } from '../domain/vitals.ts';
import { afterWound } from '../domain/wound-words.ts';
import type { WoundGroup } from '../explain/wound-group.ts';
import { woundId } from './death-id.ts';
import type { Machine } from './machine.ts';
import { signatureId } from './signature-id.ts';

export interface WoundContext {
  readonly machine: Machine;
  readonly container: ContainerIdentity;
  readonly origin: DeathOrigin;
  readonly now: EpochUs;
  readonly vitals: readonly VitalsSample[];
}

/** One wound as it is kept, over all its repetitions and until its container ends. */
export class WoundRecord {
  readonly group: WoundGroup;
  readonly id: string;
  readonly #signature: string;
  readonly #before: Wound | undefined;
  readonly #revisions: Revision[];
  settled = false;

  /** `known`: as an agent before this one left it. */
  constructor(group: WoundGroup, { machine, container }: WoundContext, known: readonly Death[]) {
    this.group = group;
    this.#signature = signatureId(container, group.account.signature);
    const same = known.find(({ wound }) => wound?.signature === this.#signature);
    this.id = same?.id ?? woundId(machine, container.id, group.firstProcess);
    this.#before = same?.wound;
    this.#revisions = [...(same?.revisions ?? [])];
  }

  compose(context: WoundContext, end?: WoundEnd): Death {
    const { machine, container, origin, now, vitals } = context;
    const { exit, facts, verdict, evidence } = this.group.account;
    const wound: Wound = {
      signature: this.#signature,
      count: this.group.count + (this.#before?.count ?? 0),
      firstAt: this.#before?.firstAt ?? this.group.firstAt,
      lastAt: this.group.lastAt,
      ...(end === undefined ? {} : { end }),
    };
    const headline = `${withoutPeriod(verdict.headline)}; ${afterWound(wound)}.`;
    this.#revise({ ...verdict, headline }, now, end);
    return {
      id: this.id,
      at: this.group.lastAt,
      host: machine.host,
      bootId: machine.bootId,
      origin,
      container: { ...container, ...(facts.startedAt === undefined ? {} : { startedAt: facts.startedAt }) },
      exit: exit.data.status,
      verdict: { ...verdict, headline },
      evidence: evidence.filter(({ data }) => data.kind !== 'log_tail'),
      vitals,
      logTail: facts.logTail,
      revisions: [...this.#revisions],
      settled: this.settled || end !== undefined,
      wound,
    };
  }

  /** A repetition is none: it says nothing new but the count. */
  #revise({ cause, certainty, headline }: Death['verdict'], now: EpochUs, end: WoundEnd | undefined): void {
    const last = this.#revisions.at(-1);
    if (last?.cause === cause && last.certainty === certainty && end === undefined) return;
    const because = [end === undefined ? (last === undefined ? 'process_exit' : 'settled') : 'ended'];
    this.#revisions.push({ number: this.#revisions.length + 1, at: now, cause, certainty, headline, because });
  }
}

/** A wound that was kept before, now that its container has ended. */
export function endWound(death: Death, end: WoundEnd, now: EpochUs): Death {
  const { wound, verdict, revisions } = death;
  if (wound === undefined) return death;
  const ended: Wound = { ...wound, end };
  const headline = verdict.headline.replace(`; ${afterWound(wound)}.`, `; ${afterWound(ended)}.`);
  const { cause, certainty } = verdict;
  const revision = { number: revisions.length + 1, at: now, cause, certainty, headline, because: ['ended'] };
  return {
    ...death,
    verdict: { ...verdict, headline },
    revisions: [...revisions, revision],
    settled: true,
    wound: ended,
  };
}

export function refOf({ id, verdict, wound }: Death): WoundRef | undefined {
  if (wound === undefined) return undefined;
  const { count, firstAt, lastAt, end } = wound;
  const { cause, headline } = verdict;
  return { id, cause, headline, count, firstAt, lastAt, led: end?.led === true };
}

function withoutPeriod(text: string): string {
  return text.endsWith('.') ? text.slice(0, -1) : text;
}
