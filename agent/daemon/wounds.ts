import type { Death, WoundEnd } from '../domain/death.ts';
import type { EvidenceOf } from '../domain/evidence.ts';
import { sameProcess } from '../domain/process.ts';
import type { EpochUs } from '../domain/time.ts';
import type { VitalsSample } from '../domain/vitals.ts';
import type { CaseBook, CaseVerdict } from '../explain/case-book.ts';
import type { CaseFile } from '../explain/case-file.ts';
import type { WoundGroup } from '../explain/wound-group.ts';
import type { Machine } from './machine.ts';
import { WoundRecord, endWound, refOf } from './wound-record.ts';
import type { WoundContext } from './wound-record.ts';

export interface WoundsOptions {
  readonly machine: Machine;
  readonly book: CaseBook;
  readonly vitals: (containerId: string) => readonly VitalsSample[];
  /** Wounds in the store whose container has not ended; of all containers when none is named. */
  readonly kept: (containerId?: string) => readonly Death[];
}

/** A wound that was told of for the first time: its log may say more. */
export interface FreshWound {
  readonly file: CaseFile;
  readonly record: WoundRecord;
}

export interface DueWounds {
  readonly deaths: readonly Death[];
  readonly fresh: readonly FreshWound[];
}

/** Carries wounds from the cases to the store, and ties them to the death that ends their container. */
export class Wounds {
  readonly #options: WoundsOptions;
  readonly #records = new Map<WoundGroup, WoundRecord>();

  constructor(options: WoundsOptions) {
    this.#options = options;
  }

  /** What is to be written now. */
  due(now: EpochUs): DueWounds {
    const { book } = this.#options;
    const deaths: Death[] = [];
    const fresh: FreshWound[] = [];
    for (const file of book.wounded()) {
      // With its end the wounds are looked at together with the death.
      if (file.diedAt !== undefined || file.mainExitSeen) continue;
      for (const group of book.woundsOf(file).take(now, () => book.viewOf(file))) {
        const isFirst = !group.isTold;
        const record = this.#recordOf(group, file, now);
        deaths.push(this.#compose(record, file, now));
        if (isFirst) fresh.push({ file, record });
      }
    }
    return { deaths, fresh };
  }

  /** The log and the backtrace are in, or will not come. */
  settle({ file, record }: FreshWound, log: EvidenceOf<'log_tail'> | undefined, now: EpochUs): Death | undefined {
    // The container has ended meanwhile: the record was closed with it.
    if (this.#records.get(record.group) !== record) return undefined;
    record.group.readLate(log, this.#options.book.viewOf(file).evidence);
    record.settled = true;
    return this.#compose(record, file, now);
  }

  /** The container has ended: its death with references, and its wounds as they ended. */
  end({ file, verdict, at }: CaseVerdict, death: Death, now: EpochUs): readonly Death[] {
    const { book, kept } = this.#options;
    const known = kept(death.container.id).filter(({ wound }) => wound !== undefined && wound.firstAt <= at);
    const victim = verdict.victim?.isMain === false ? verdict.victim.process : undefined;
    const endOf = (led: boolean): WoundEnd => ({ deathId: death.id, at, led });
    const own = book
      .woundsOf(file)
      .end(at, () => book.viewOf(file))
      .map((group) => {
        const record = this.#recordOf(group, file, now);
        this.#records.delete(group);
        return this.#compose(record, file, now, endOf(victim !== undefined && group.includes(victim)));
      });
    const others = known
      .filter(({ id }) => !own.some((wound) => wound.id === id))
      .map((wound) =>
        endWound(wound, endOf(victim !== undefined && sameProcess(wound.verdict.victim?.process, victim)), now),
      );
    const wounds = [...others, ...own];
    if (wounds.length === 0) return [death];
    return [{ ...death, wounds: wounds.flatMap((wound) => refOf(wound) ?? []) }, ...wounds];
  }

  /** Wounds that wait to be told of: the next agent would not know of them. */
  flush(now: EpochUs): readonly Death[] {
    const { book } = this.#options;
    return book.wounded().flatMap((file) => {
      if (file.diedAt !== undefined) return [];
      return book
        .woundsOf(file)
        .flush(() => book.viewOf(file))
        .map((group) => this.#compose(this.#recordOf(group, file, now), file, now));
    });
  }

  /** Wounds of containers that do not run any more and whose end nobody saw. */
  closeAbsent(now: EpochUs): readonly Death[] {
    const running = new Set(this.#options.book.live().map(({ opening }) => opening.containerId));
    return this.#options
      .kept()
      .filter(({ container }) => !running.has(container.id))
      .map((wound) => endWound(wound, { at: now, led: false }, now));
  }

  #recordOf(group: WoundGroup, file: CaseFile, now: EpochUs): WoundRecord {
    const known = this.#records.get(group);
    if (known !== undefined) return known;
    const context = this.#contextOf(file, now);
    const record = new WoundRecord(group, context, this.#options.kept(context.container.id));
    this.#records.set(group, record);
    return record;
  }

  #compose(record: WoundRecord, file: CaseFile, now: EpochUs, end?: WoundEnd): Death {
    record.group.told(now);
    return record.compose(this.#contextOf(file, now), end);
  }

  #contextOf(file: CaseFile, now: EpochUs): WoundContext {
    const { machine, book, vitals } = this.#options;
    const { containerId } = file.opening;
    return { machine, container: book.identity(containerId), origin: file.origin, now, vitals: vitals(containerId) };
  }
}
