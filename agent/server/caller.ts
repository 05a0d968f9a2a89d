import type { Tier } from '../domain/protocol.ts';
import type { AgentApi } from './api.ts';
import type { Follows } from './follows.ts';
import type { ServerLimits } from './limits.ts';
import type { Subscription, SubscriptionStart } from './subscription.ts';

/** One connection as its handlers see it. */
export interface Caller {
  readonly api: AgentApi;
  readonly limits: ServerLimits;
  readonly tier: Tier;
  readonly follows: Follows;
  subscription: Subscription | undefined;
  greeted: boolean;
  /** Handlers at work, those whose request was cancelled included. */
  underway: number;
  /** The peer said hello and may now stay silent. */
  trust(): void;
  connections(): number;
  /** A subscription, not yet started. */
  subscribe(start: SubscriptionStart): Subscription;
  /** Runs `step` once the answer to the current request is on its way. */
  afterReply(step: () => void): void;
}
