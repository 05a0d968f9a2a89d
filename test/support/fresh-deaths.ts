import type { Death } from '../../agent/domain/death.ts';
import { US_PER_MS } from '../../agent/domain/time.ts';

/** The same death as if it had happened `agoUs` ago, with all its evidence. */
export function diedAgo(death: Death, agoUs: number): Death {
  const by = Date.now() * US_PER_MS - agoUs - death.at;
  const { container } = death;
  return {
    ...death,
    at: death.at + by,
    container: { ...container, ...(container.startedAt !== undefined && { startedAt: container.startedAt + by }) },
    evidence: death.evidence.map((evidence) => ({ ...evidence, at: evidence.at + by })),
    vitals: death.vitals.map((sample) => ({ ...sample, at: sample.at + by })),
    logTail:
      death.logTail === undefined
        ? undefined
        : {
            ...death.logTail,
            lines: death.logTail.lines.map((line) => ({ ...line, ...(line.at !== undefined && { at: line.at + by }) })),
          },
  };
}
