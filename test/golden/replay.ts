import { composeDeath } from '../../agent/daemon/compose.ts';
import type { Machine } from '../../agent/daemon/machine.ts';
import type { Death } from '../../agent/domain/death.ts';
import { isKind } from '../../agent/domain/evidence.ts';
import type { EpochUs } from '../../agent/domain/time.ts';
import type { Case } from '../../agent/explain/case.ts';
import { CaseBook } from '../../agent/explain/case-book.ts';
import type { CaseVerdict } from '../../agent/explain/case-book.ts';
import type { CaseFile } from '../../agent/explain/case-file.ts';
import { US_PER_SECOND } from '../../agent/domain/time.ts';
import { BORN_AT } from '../support/senders.ts';
import { Wounds } from '../../agent/daemon/wounds.ts';
import type { FreshWound } from '../../agent/daemon/wounds.ts';
import type { Recording } from './recording.ts';

const MACHINE: Machine = { machineId: 'golden', bootId: 'golden', host: 'node-7' };

/** A death as a recording tells it, with the case that it was judged by. */
export interface Replayed {
  readonly death: Death;
  readonly case: Case;
}

/** Wounds as a recording tells them; nothing of a death is asked. */
export function replayWounds(recording: Recording): readonly Death[] {
  const book = new CaseBook({ kernelWatched: true, startedAt: BORN_AT - US_PER_SECOND });
  const wounds = new Wounds({ machine: MACHINE, book, vitals: () => [], kept: () => [] });
  const told = new Map<string, Death>();
  const fresh: FreshWound[] = [];
  for (const arrival of recording) {
    if ('identity' in arrival) book.identify(arrival.identity);
    else if ('evidence' in arrival) book.add(arrival.evidence);
    const due = wounds.due(arrival.arrived);
    fresh.push(...due.fresh);
    for (const death of due.deaths) told.set(death.id, death);
    if (!('asked' in arrival) && !('settled' in arrival)) continue;
    for (const wound of fresh.splice(0)) {
      const log = 'asked' in arrival && isKind(arrival.asked, 'log_tail') ? arrival.asked : undefined;
      const death = wounds.settle(wound, log, arrival.arrived);
      if (death !== undefined) told.set(death.id, death);
    }
  }
  return [...told.values()];
}

/** Hands what was recorded to the engine as the agent does; no kernel, no runtime, no clock. */
export function replay(recording: Recording): readonly Replayed[] {
  const book = new CaseBook({ kernelWatched: true, startedAt: BORN_AT - US_PER_SECOND });
  const wounds = new Wounds({ machine: MACHINE, book, vitals: () => [], kept: () => [] });
  const refs = new Map<CaseFile, Death['wounds']>();
  const unsettled: CaseFile[] = [];
  const last = new Map<CaseFile, CaseVerdict>();
  const look = (now: EpochUs): void => {
    for (const verdict of book.take(now)) {
      if (verdict.isFirst) {
        unsettled.push(verdict.file);
        refs.set(verdict.file, wounds.end(verdict, composeDeath(MACHINE, verdict), now)[0]?.wounds);
      }
      last.set(verdict.file, verdict);
    }
    wounds.due(now);
  };
  for (const arrival of recording) {
    if ('identity' in arrival) book.identify(arrival.identity);
    else if ('evidence' in arrival) book.add(arrival.evidence);
    look(arrival.arrived);
    const [file] = unsettled;
    if (file === undefined) continue;
    if ('asked' in arrival) file.add(arrival.asked);
    if ('vitals' in arrival) file.vitals = arrival.vitals;
    if (!('settled' in arrival)) continue;
    unsettled.shift();
    last.set(file, book.settle(file, arrival.arrived));
  }
  // What began after the recording has no end in it.
  const ended = [...last.values()].filter(({ settled }) => settled);
  return ended.map((verdict) => ({
    death: withWounds(composeDeath(MACHINE, { ...verdict, vitals: verdict.file.vitals }), refs.get(verdict.file)),
    case: verdict.file.view(verdict.container, true),
  }));
}

/** As the store keeps them over revisions of the death. */
function withWounds(death: Death, wounds: Death['wounds']): Death {
  return wounds === undefined ? death : { ...death, wounds };
}
