import { setTimeout as sleep } from 'node:timers/promises';
import { InquestError, type ErrorReason } from '../domain/errors.ts';
import { RpcError, type ChangedParams } from '../domain/protocol.ts';
import type { AgentClient } from './agent-client.ts';
import { Backoff, DEFAULT_BACKOFF, type BackoffLimits } from './backoff.ts';
import { RequestError } from './errors.ts';
import { Inbox } from './inbox.ts';

export interface FollowChangesOptions {
  readonly connect: () => Promise<AgentClient>;
  /** Report what came after this change number; only what is new when absent. */
  readonly after?: number;
  /**
   * Called for one change at a time, in order. A change counts as seen once it resolves. When it
   * rejects because the connection was lost, the same change comes again; any other rejection ends
   * the following.
   */
  readonly onChange: (change: ChangedParams, client: AgentClient) => Promise<void> | void;
  /** Report wounds, too, where the agent knows of them. */
  readonly wounds?: boolean;
  readonly signal: AbortSignal;
  /** Told when the connection is lost or cannot be had, with the wait before the next attempt. */
  readonly onInterruption?: (reason: unknown, retryInMs: number) => void;
  readonly backoff?: BackoffLimits;
}

const TRANSIENT_REASONS: ReadonlySet<string> = new Set<ErrorReason>(['agent-not-running', 'timeout', 'system']);
const TRANSIENT_CODES: ReadonlySet<number> = new Set([RpcError.TooManyRequests, RpcError.StoreUnavailable]);

/** Whether another connection, later, may mend it. */
function isTransient(error: unknown): boolean {
  if (error instanceof InquestError) return TRANSIENT_REASONS.has(error.reason);
  return error instanceof RequestError && TRANSIENT_CODES.has(error.code);
}

/**
 * Follows an agent's changes across lost connections, each once and in order, from a cursor that
 * moves only when a change has been dealt with. Resolves when `signal` aborts; rejects with what no
 * further attempt can mend, or with what `onChange` throws.
 */
export async function followChanges(options: FollowChangesOptions): Promise<void> {
  const { signal } = options;
  const backoff = new Backoff(options.backoff ?? DEFAULT_BACKOFF);
  const progress: Progress = { cursor: options.after, wounds: options.wounds === true };
  const isOver = (): boolean => signal.aborted;
  while (!isOver()) {
    const lost = await followOnce(options, progress, backoff);
    if (isOver()) return;
    const waitMs = backoff.next();
    options.onInterruption?.(lost, waitMs);
    await sleepUnlessAborted(waitMs, signal);
  }
}

interface Progress {
  cursor: number | undefined;
  readonly wounds: boolean;
}

/** Returns why it ended. */
async function followOnce(options: FollowChangesOptions, progress: Progress, backoff: Backoff): Promise<unknown> {
  const { connect, signal } = options;
  let client: AgentClient;
  try {
    client = await connect();
  } catch (error) {
    if (isTransient(error)) return error;
    throw error;
  }
  const inbox = new Inbox<ChangedParams | 'resync'>('resync');
  const stop = (): void => {
    inbox.end(undefined);
  };
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  client.onClose((reason) => {
    inbox.end(reason);
  });
  client.on('deaths/changed', (change) => {
    inbox.put(change);
  });
  client.on('deaths/resync', () => {
    inbox.put('resync');
  });
  try {
    await subscribe(client, progress);
    backoff.reset();
    await consume(inbox, client, options, progress);
    return inbox.reason;
  } catch (error) {
    if (isTransient(error)) return error;
    throw error;
  } finally {
    signal.removeEventListener('abort', stop);
    client.close();
  }
}

async function subscribe(client: AgentClient, progress: Progress): Promise<void> {
  const { cursor } = progress;
  // An older agent refuses what it does not know.
  const wounds = progress.wounds && client.hello.capabilities.includes('wounds') ? { wounds: true } : {};
  const { lastChange } = await client.request('deaths/subscribe', {
    ...(cursor === undefined ? {} : { after: cursor }),
    ...wounds,
  });
  if (cursor === undefined) {
    progress.cursor = lastChange;
  } else if (lastChange < cursor) {
    // Change numbers never go back: this is another store, all of which is new to us.
    progress.cursor = 0;
    await client.request('deaths/subscribe', { after: 0, ...wounds });
  }
}

async function consume(
  inbox: Inbox<ChangedParams | 'resync'>,
  client: AgentClient,
  { onChange }: FollowChangesOptions,
  progress: Progress,
): Promise<void> {
  for (let item = await inbox.take(); item !== undefined; item = await inbox.take()) {
    if (item === 'resync') {
      await subscribe(client, progress);
    } else if (item.change > (progress.cursor ?? 0)) {
      await onChange(item, client);
      progress.cursor = item.change;
    }
  }
}

async function sleepUnlessAborted(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
