import { causeFamily, isUnexpected } from '../../agent/domain/causes.ts';
import type { CauseFamily, CauseId } from '../../agent/domain/causes.ts';
import type { DeathEntry } from '../deaths/entry.ts';

export const NOTIFICATION_LEVELS = ['off', 'unexpected', 'all'] as const;
export type NotificationLevel = (typeof NOTIFICATION_LEVELS)[number];

/** Whatever the level says: what ended well, or because somebody asked for it, is no news. */
const NEVER: ReadonlySet<CauseId> = new Set<CauseId>(['exit.success', 'stop.graceful']);

/** Of wounds, those that nobody meant to happen: a kill from the host has somebody behind it who knows. */
const BROKEN: ReadonlySet<CauseFamily> = new Set<CauseFamily>(['oom', 'crash']);

/** Whether a person wants to be told of such a death, or of such a wound. */
export function isWorthTelling(cause: CauseId, level: NotificationLevel, isWound = false): boolean {
  if (isWound && level === 'unexpected') return BROKEN.has(causeFamily(cause));
  switch (level) {
    case 'off':
      return false;
    case 'unexpected':
      return isUnexpected(cause) && !NEVER.has(cause);
    case 'all':
      return !NEVER.has(cause);
  }
}

/** A burst is over when nothing came for this long, but is told of after `longestMs` at the latest. */
export const BURST = { quietMs: 1_500, longestMs: 6_000 } as const;
/** After a notification the next waits so long: a restart loop must not cover the screen. */
export const COOL_DOWN_MS = 30_000;

/** When the deaths that wait are to be told of. Times are milliseconds of one monotonic clock. */
export function tellAt(
  burst: { readonly firstMs: number; readonly lastMs: number },
  toldMs: number | undefined,
): number {
  const settled = Math.min(burst.lastMs + BURST.quietMs, burst.firstMs + BURST.longestMs);
  return toldMs === undefined ? settled : Math.max(settled, toldMs + COOL_DOWN_MS);
}

/** What one notification says: one death by itself, or how many of how many containers. */
export type Announcement =
  | { readonly kind: 'one'; readonly entry: DeathEntry }
  | {
      readonly kind: 'many';
      readonly deaths: number;
      readonly containers: readonly string[];
      /** All of them are the same container: a restart loop. */
      readonly loop: boolean;
      /** Nothing died: processes were hit while their containers ran on. */
      readonly wounds: boolean;
      readonly newest: DeathEntry;
    };

export function announce(
  entries: readonly DeathEntry[],
  nameOf: (entry: DeathEntry) => string,
): Announcement | undefined {
  const newest = entries.toSorted((a, b) => b.death.at - a.death.at)[0];
  if (newest === undefined) return undefined;
  if (entries.length === 1) return { kind: 'one', entry: newest };
  const containers = [...new Set(entries.map(nameOf))];
  const wounds = entries.every(({ death }) => death.wound !== undefined);
  return { kind: 'many', deaths: entries.length, containers, loop: containers.length === 1, wounds, newest };
}
