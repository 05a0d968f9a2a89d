import { distance } from '../domain/edit-distance.ts';
import type { ContainerIdentity } from '../domain/container.ts';
import { isOfPod, podQuery } from '../domain/workload.ts';

const MIN_PREFIX = 4;
const MAX_SUGGESTIONS = 5;
/** Docker takes longer names, but nobody mistypes those by a letter. */
const MAX_NAME = 64;

export type LiveMatch =
  | { readonly kind: 'one'; readonly identity: ContainerIdentity }
  | { readonly kind: 'many'; readonly identities: readonly ContainerIdentity[] }
  | { readonly kind: 'none' };

/** Finds a container by exact name, else by its pod, else by a prefix of its id. */
export function matchContainer(query: string, identities: readonly ContainerIdentity[]): LiveMatch {
  const named = identities.filter(({ name }) => name === query);
  const pod = podQuery(query);
  const ofPod = pod === undefined ? [] : identities.filter((one) => one.isSandbox !== true && isOfPod(one, pod));
  const byId = query.length >= MIN_PREFIX ? identities.filter(({ id }) => id.startsWith(query)) : [];
  const matches = [named, ofPod, byId].find(({ length }) => length > 0) ?? [];
  const [first] = matches;
  if (first === undefined) return { kind: 'none' };
  return matches.length === 1 ? { kind: 'one', identity: first } : { kind: 'many', identities: matches };
}

/** Names that come near the query, best first. */
export function closestNames(query: string, names: readonly string[]): string[] {
  const bound = Math.max(2, Math.floor(query.length / 3));
  return [...new Set(names)]
    .map((name) => ({ name, away: name.includes(query) ? 0 : distance(query, name.slice(0, MAX_NAME)) }))
    .filter(({ away }) => away <= bound)
    .sort((a, b) => a.away - b.away)
    .slice(0, MAX_SUGGESTIONS)
    .map((near) => near.name);
}
