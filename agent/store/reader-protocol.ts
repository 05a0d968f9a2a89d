import type { DeathSummary } from '../domain/death.ts';
import type { ErrorReason } from '../domain/errors.ts';
import type { EvidenceOf } from '../domain/evidence.ts';
import type { StoreHealth } from '../domain/health.ts';
import type { ListParams, ListResult } from '../domain/protocol.ts';
import { isGap, isKeptRevision, isSummary } from './death-shape.ts';
import type { Guard } from './shape.ts';
import { isRecord, isText, isWhole, listOf, oneOf, optional, shape } from './shape.ts';
import type { KeptRevision } from './types.ts';

/** As `FindResult`, with the death as text: the caller parses it anyway to check it. */
export type FoundBody =
  | { readonly kind: 'found'; readonly body: string }
  | { readonly kind: 'none' }
  | { readonly kind: 'ambiguous'; readonly candidates: readonly DeathSummary[] };

export type Query =
  | { readonly method: 'list'; readonly params: ListParams }
  | { readonly method: 'get'; readonly id: string }
  | { readonly method: 'find'; readonly query: string }
  | { readonly method: 'byContainer'; readonly containerId: string }
  | { readonly method: 'gaps'; readonly since: number; readonly until: number }
  | { readonly method: 'revisions'; readonly id: string }
  | { readonly method: 'stats' };

export type Request = { readonly number: number; readonly query: Query } | 'close';

export type Failure = Extract<ErrorReason, 'store-failed' | 'store-corrupt' | 'store-full' | 'system'>;

/** What the thread says first. */
export const READY = 'ready';

export type Reply =
  | { readonly number: number; readonly result: unknown }
  | { readonly number: number; readonly reason: Failure; readonly message: string; readonly next: string | undefined };

export const isFailure: Guard<Failure> = oneOf('store-failed', 'store-corrupt', 'store-full', 'system');

export function isReply(value: unknown): value is Reply {
  if (!isRecord(value) || !isWhole(value['number'])) return false;
  return (
    'result' in value || (isFailure(value['reason']) && isText(value['message']) && optional(isText)(value['next']))
  );
}

export const isListResult: Guard<ListResult> = shape<ListResult>({
  deaths: listOf(isSummary),
  nextCursor: optional(isWhole),
  lastChange: isWhole,
});

export const isSummaries: Guard<readonly DeathSummary[]> = listOf(isSummary);

export const isGaps: Guard<readonly EvidenceOf<'evidence_gap'>[]> = listOf(isGap);

export const isKeptRevisions: Guard<readonly KeptRevision[]> = listOf(isKeptRevision);

export const isStoreHealth: Guard<StoreHealth> = shape<StoreHealth>({
  path: isText,
  schemaVersion: isWhole,
  deaths: isWhole,
  bytes: isWhole,
  lastChange: isWhole,
  problem: optional(isText),
});

export function isFoundBody(value: unknown): value is FoundBody {
  if (!isRecord(value)) return false;
  if (value['kind'] === 'found') return isText(value['body']);
  return value['kind'] === 'none' || (value['kind'] === 'ambiguous' && isSummaries(value['candidates']));
}
