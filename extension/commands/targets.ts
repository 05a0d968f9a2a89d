import { DEATH_ID } from '../../agent/domain/death.ts';
import type { DeathEntry, DeathRef } from '../deaths/entry.ts';
import { refOf } from '../deaths/entry.ts';

/** What a command was called on: a row, a reference, a death id out of a hover. Anything may come: keybindings, other extensions. */
export type Target =
  | { readonly kind: 'ref'; readonly ref: DeathRef }
  /** Whichever host knows it. */
  | { readonly kind: 'id'; readonly deathId: string };

export function targetOf(argument: unknown): Target | undefined {
  if (typeof argument === 'string') return DEATH_ID.test(argument) ? { kind: 'id', deathId: argument } : undefined;
  if (!isRecord(argument)) return undefined;
  const entry = entriesOf(argument)[0];
  if (entry !== undefined) return { kind: 'ref', ref: refOf(entry) };
  const { hostId, deathId } = argument;
  if (typeof hostId !== 'string' || typeof deathId !== 'string' || !DEATH_ID.test(deathId)) return undefined;
  return { kind: 'ref', ref: { hostId, deathId } };
}

/** The deaths of a row of the Deaths view: one, a restart loop's, a group's. Newest first. */
export function entriesOf(argument: unknown): readonly DeathEntry[] {
  if (!isRecord(argument)) return [];
  if (isEntry(argument['entry'])) return [argument['entry']];
  const entries: unknown = argument['entries'];
  return Array.isArray(entries) ? entries.filter(isEntry) : [];
}

/** The group whose row ‘show more’ a command was called on. */
export function groupWithMore(argument: unknown): string | undefined {
  if (!isRecord(argument) || argument['kind'] !== 'rest') return undefined;
  return typeof argument['groupId'] === 'string' ? argument['groupId'] : undefined;
}

function isEntry(value: unknown): value is DeathEntry {
  if (!isRecord(value) || typeof value['hostId'] !== 'string' || !isRecord(value['death'])) return false;
  const { id, sequence } = value['death'];
  return typeof id === 'string' && DEATH_ID.test(id) && typeof sequence === 'number';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
