import { isDeepStrictEqual } from 'node:util';
import { mergeIdentity } from '../domain/container.ts';
import type { Death, DeathEvidence, DeathOrigin, Revision, Wound } from '../domain/death.ts';
import type { EpochUs } from '../domain/time.ts';
import type { VitalsSample } from '../domain/vitals.ts';
import { canonicalJson } from './canonical.ts';

/** The first way in which a death came to be known outranks later ones. */
const ORIGIN_RANK: Readonly<Record<DeathOrigin, number>> = { witnessed: 2, recovered: 1, reconciled: 0 };

/**
 * A death as it is kept plus a newer word about it. The newer verdict counts, but nothing that was
 * seen is lost: an agent that restarted may know less than the one that witnessed the death.
 * Returns `stored` itself when there is nothing new.
 */
export function mergeDeaths(stored: Death, incoming: Death, now: EpochUs): Death {
  if (stored.wound !== undefined && incoming.wound !== undefined) {
    return mergeWounds({ ...stored, wound: stored.wound }, { ...incoming, wound: incoming.wound });
  }
  const merged: Death = {
    ...incoming,
    origin: ORIGIN_RANK[incoming.origin] > ORIGIN_RANK[stored.origin] ? incoming.origin : stored.origin,
    container: mergeIdentity(stored.container, incoming.container),
    exit: incoming.exit ?? stored.exit,
    evidence: joinEvidence(stored.evidence, incoming.evidence),
    vitals: joinVitals(stored.vitals, incoming.vitals),
    logTail: incoming.logTail ?? stored.logTail,
    settled: incoming.settled || stored.settled,
    revisions: stored.revisions,
    ...(stored.repetition === undefined ? {} : { repetition: stored.repetition }),
    ...(incoming.wounds === undefined && stored.wounds !== undefined ? { wounds: stored.wounds } : {}),
  };
  const fresh = incoming.revisions.filter(
    (revision) => !stored.revisions.some((known) => sameRevision(known, revision)),
  );
  if (fresh.length === 0 && isDeepStrictEqual(merged, stored)) return stored;
  return { ...merged, revisions: continueRevisions(stored, merged, fresh, now) };
}

type WoundRecord = Death & { readonly wound: Wound };

/** A wound that repeats has the account of its last time; joined, its evidence would grow for ever. */
function mergeWounds(stored: WoundRecord, incoming: WoundRecord): Death {
  const [before, now] = [stored.wound, incoming.wound];
  const end = now.end ?? before.end;
  const merged: Death = {
    ...incoming,
    container: mergeIdentity(stored.container, incoming.container),
    vitals: incoming.vitals.length > 0 ? incoming.vitals : stored.vitals,
    logTail: incoming.logTail ?? stored.logTail,
    settled: incoming.settled || stored.settled,
    wound: {
      signature: now.signature,
      count: Math.max(before.count, now.count),
      firstAt: Math.min(before.firstAt, now.firstAt),
      lastAt: Math.max(before.lastAt, now.lastAt),
      ...(end === undefined ? {} : { end }),
    },
    revisions: stored.revisions,
  };
  const fresh = incoming.revisions.filter((one) => !stored.revisions.some((known) => sameRevision(known, one)));
  if (fresh.length === 0) return isDeepStrictEqual(merged, stored) ? stored : merged;
  return { ...merged, revisions: append(stored, fresh) };
}

function joinEvidence(stored: readonly DeathEvidence[], incoming: readonly DeathEvidence[]): readonly DeathEvidence[] {
  const known = new Set(incoming.map(evidenceKey));
  const missing = stored.filter((evidence) => !known.has(evidenceKey(evidence)));
  return missing.length === 0 ? incoming : [...incoming, ...missing].sort((a, b) => a.at - b.at);
}

/** The same observation, whatever sentence is made of it. */
function evidenceKey(evidence: DeathEvidence): string {
  return canonicalJson({ ...evidence, text: '' });
}

function joinVitals(stored: readonly VitalsSample[], incoming: readonly VitalsSample[]): readonly VitalsSample[] {
  const times = new Set(incoming.map(({ at }) => at));
  const missing = stored.filter(({ at }) => !times.has(at));
  return missing.length === 0 ? incoming : [...incoming, ...missing].sort((a, b) => a.at - b.at);
}

function sameRevision(a: Revision, b: Revision): boolean {
  return isDeepStrictEqual({ ...a, number: 0 }, { ...b, number: 0 });
}

export function revisionNumber(death: Death): number {
  return death.revisions.at(-1)?.number ?? 1;
}

/** The store numbers revisions: whoever re-derives a death after a restart begins at 1 again. */
function continueRevisions(
  stored: Death,
  merged: Death,
  fresh: readonly Revision[],
  now: EpochUs,
): readonly Revision[] {
  return append(stored, fresh.length > 0 ? fresh : [describeChange(stored, merged, now)]);
}

function append(stored: Death, added: readonly Revision[]): readonly Revision[] {
  const last = revisionNumber(stored);
  return [...stored.revisions, ...added.map((revision, index) => ({ ...revision, number: last + 1 + index }))];
}

function describeChange(stored: Death, merged: Death, now: EpochUs): Revision {
  const known = new Set(stored.evidence.map(evidenceKey));
  const kinds = merged.evidence.filter((evidence) => !known.has(evidenceKey(evidence))).map(({ data }) => data.kind);
  const settled = merged.settled && !stored.settled ? ['settled'] : [];
  const because = [...new Set(kinds), ...settled];
  return {
    number: 0,
    at: now,
    cause: merged.verdict.cause,
    certainty: merged.verdict.certainty,
    headline: merged.verdict.headline,
    because: because.length > 0 ? because : [merged.origin],
  };
}
