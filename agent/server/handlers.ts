import {
  CAPABILITIES,
  PROTOCOL_VERSION,
  RpcError,
  type ListParams,
  type RequestMethod,
  type Requests,
} from '../domain/protocol.ts';
import { ResponseError } from 'vscode-jsonrpc/node';
import type { ChangeKind } from './api.ts';
import type { Caller } from './caller.ts';
import { incompatible, notExplained, notFound, notLive, refused } from './errors.ts';
import { redactForPlain, redactLive, redactSummary } from './redact.ts';
import { REFUSALS } from './replies.ts';

type Handler<M extends RequestMethod> = (
  params: Requests[M]['params'],
  caller: Caller,
  signal: AbortSignal,
) => Promise<Requests[M]['result']>;

/** What the agent does for each method. Nothing here runs a command, opens a path or changes the kernel side. */
export const HANDLERS: { readonly [M in RequestMethod]: Handler<M> } = {
  'inquest/hello': ({ protocolVersion }, caller) => {
    if (caller.greeted) throw refused(REFUSALS.greetedTwice);
    if (protocolVersion !== PROTOCOL_VERSION) throw incompatible(protocolVersion);
    caller.greeted = true;
    caller.trust();
    const info = caller.api.info();
    return Promise.resolve({
      protocolVersion: PROTOCOL_VERSION,
      ...info,
      capabilities: CAPABILITIES,
      tier: caller.tier,
    });
  },

  'inquest/health': async (_params, caller, signal) => {
    const health = await caller.api.health(signal);
    return { ...health, connections: caller.connections() };
  },

  'deaths/list': async (params, caller, signal) => {
    // Headlines may quote command lines: searching in them would let a plain caller guess letter by letter.
    if (caller.tier === 'plain' && params.filter?.text !== undefined) {
      throw new ResponseError(RpcError.NotPermitted, 'Searching in texts is for members of the sensitive group.');
    }
    const result = await caller.api.list({ ...params, limit: params.limit ?? caller.limits.defaultPageSize }, signal);
    const subscription = caller.subscription;
    if (subscription !== undefined && params.changedAfter !== undefined && listsAll(params, subscription.what)) {
      const complete = result.nextCursor === undefined;
      const listedTo = complete ? result.lastChange : (result.deaths.at(-1)?.change ?? params.changedAfter);
      const listedFrom = params.changedAfter;
      caller.afterReply(() => {
        subscription.caughtUp(listedFrom, listedTo, complete);
      });
    }
    return caller.tier === 'sensitive' ? result : { ...result, deaths: result.deaths.map(redactSummary) };
  },

  'deaths/get': async ({ id }, caller, signal) => {
    const death = await caller.api.get(id, signal);
    if (death === undefined) throw notFound('No such death is in the store.');
    return { death: caller.tier === 'sensitive' ? death : redactForPlain(death) };
  },

  'deaths/explain': async ({ query, settleMs }, caller, signal) => {
    const outcome = await caller.api.explain(query, settleMs ?? 0, signal);
    if (outcome.kind !== 'death') throw notExplained(outcome);
    return { death: caller.tier === 'sensitive' ? outcome.death : redactForPlain(outcome.death) };
  },

  'deaths/subscribe': async ({ after, wounds }, caller, signal) => {
    const lastChange = await caller.api.lastChange();
    signal.throwIfAborted();
    caller.subscription?.end();
    const subscription = caller.subscribe({
      after: after ?? lastChange,
      lastChange,
      what: wounds === true ? 'all' : 'deaths',
    });
    caller.subscription = subscription;
    caller.afterReply(() => {
      subscription.start();
    });
    return { lastChange };
  },

  'deaths/unsubscribe': (_params, caller) => {
    caller.subscription?.end();
    caller.subscription = undefined;
    return Promise.resolve({});
  },

  'containers/list': async (_params, caller, signal) => {
    const containers = await caller.api.containers(signal);
    return { containers: caller.tier === 'sensitive' ? containers : containers.map(redactLive) };
  },

  'containers/follow': async ({ container }, caller, signal) => {
    const outcome = await caller.api.resolveLive(container);
    // Who cancelled or left would never unfollow.
    signal.throwIfAborted();
    if (outcome.kind !== 'container') throw notLive(outcome);
    const { id } = outcome.identity;
    const { follows, limits } = caller;
    if (!follows.has(id) && follows.size >= limits.follows) {
      throw new ResponseError(
        RpcError.TooManyRequests,
        'This connection follows as many containers as it may. Unfollow one.',
      );
    }
    follows.add(id);
    return { containerId: id };
  },

  'containers/unfollow': ({ containerId }, caller) => {
    caller.follows.remove(containerId);
    return Promise.resolve({});
  },
};

/** Whether a list holds everything that the subscription would have announced. */
function listsAll({ filter, what = 'deaths' }: ListParams, wanted: ChangeKind): boolean {
  return filter === undefined && (what === 'all' || what === wanted);
}
