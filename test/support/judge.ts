import type { DeathOrigin } from '../../agent/domain/death.ts';
import type { Evidence } from '../../agent/domain/evidence.ts';
import { conclude } from '../../agent/explain/conclude.ts';
import type { Conclusion } from '../../agent/explain/conclude.ts';
import { EvidenceLog } from '../../agent/explain/evidence-log.ts';
import type { Life } from './life.ts';

/** The verdict on a life, with its records arriving in the given order. */
export function judge(
  life: Life,
  arriving: readonly Evidence[] = life.records,
  origin: DeathOrigin = 'witnessed',
): Conclusion {
  const log = new EvidenceLog();
  for (const item of arriving) log.add(item);
  return conclude({
    container: life.identity,
    evidence: log.sorted(),
    vitals: life.vitals,
    origin,
    seenFromStart: life.seenFromStart,
    kernelWatched: life.kernelWatched,
    openedAt: life.records[0]?.at ?? life.now,
  });
}
