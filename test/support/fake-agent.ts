import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ResponseError } from 'vscode-jsonrpc/node';
import type { MessageConnection } from 'vscode-jsonrpc/node';
import type { Death, DeathSummary } from '../../agent/domain/death.ts';
import type { Health } from '../../agent/domain/health.ts';
import { RpcError } from '../../agent/domain/protocol.ts';
import type {
  ChangedParams,
  ExplainParams,
  GetParams,
  HelloResult,
  ListParams,
  ListResult,
  SubscribeParams,
  Tier,
} from '../../agent/domain/protocol.ts';
import { DIED_AT, summaryOf } from './deaths.ts';
import { streamConnection } from './json-rpc.ts';

export interface FakeAgentOptions {
  readonly deaths?: readonly Death[];
  readonly tier?: Tier;
  /** Names of containers that run and have not died. */
  readonly running?: readonly string[];
  readonly health?: Partial<Health>;
  /** Answer `deaths/get` only when so many wait for it, or when every death was asked for. */
  readonly holdGets?: number;
  /** Listen here instead of in a folder of its own. */
  readonly socket?: string;
}

export interface FakeAgent extends AsyncDisposable {
  readonly socket: string;
  /** Methods in the order in which they were asked for. */
  readonly asked: readonly string[];
  /** The most `deaths/get` that were under way at once. */
  mostGetsInFlight(): number;
  /** A death that is new, or a later revision of one that is known; subscribers are told. */
  announce(death: Death): void;
  /** Resolves when somebody has subscribed `count` times in all. */
  subscribed(count: number): Promise<void>;
  stop(): Promise<void>;
}

const LATE_ROUNDS = 100;

interface Stored {
  readonly death: Death;
  readonly summary: DeathSummary;
}

/** The protocol on a real Unix socket, over deaths that a test made up. */
export async function startFakeAgent(options: FakeAgentOptions = {}): Promise<FakeAgent> {
  const folder = await mkdtemp(join(tmpdir(), 'inquest-fake-'));
  const socket = options.socket ?? join(folder, 'agent.sock');
  const asked: string[] = [];
  const stored = new Map<string, Stored>();
  /** Newest first; sorted when somebody asks after a change. */
  let ordered: readonly DeathSummary[] | undefined;
  const sockets = new Set<Socket>();
  const subscribers = new Set<MessageConnection>();
  const waiting: { readonly count: number; readonly resolve: () => void }[] = [];
  let subscriptions = 0;
  let change = 0;
  let gets = 0;
  let mostGets = 0;
  let getsInAll = 0;
  const held: (() => void)[] = [];

  const put = (death: Death): ChangedParams => {
    change += 1;
    const sequence = stored.get(death.id)?.summary.sequence ?? stored.size + 1;
    const summary = summaryOf(death, sequence, change);
    stored.set(death.id, { death, summary });
    ordered = undefined;
    return { change, id: death.id, cause: summary.cause, certainty: summary.certainty, revision: summary.revision };
  };
  for (const death of options.deaths ?? []) put(death);

  const health = (): Health => ({
    version: '0.1.0',
    pid: process.pid,
    host: 'node-7',
    bootId: 'boot',
    startedAt: Date.now() * 1_000 - 200_000_000,
    residentBytes: 50_000_000,
    kernel: {
      release: '6.18.0',
      btf: true,
      lockdown: 'none',
      cgroup: 'v2',
      origin: 'loaded',
      programs: [{ name: 'signal_generate', attached: true }],
      counters: [{ kind: 'process_exit', seen: 10, received: 10, lost: 0, suppressed: 0 }],
    },
    collectors: [{ name: 'kernel', state: 'running', since: DIED_AT }],
    store: {
      path: '/var/lib/inquest',
      schemaVersion: 1,
      deaths: stored.size,
      bytes: 40_960,
      lastChange: change,
      problem: undefined,
    },
    connections: sockets.size,
    containers: 3,
    ...options.health,
  });

  const list = ({ filter, limit = 100, cursor, changedAfter }: ListParams): ListResult => {
    ordered ??= [...stored.values()].map(({ summary }) => summary).sort((a, b) => b.sequence - a.sequence);
    const passing = ordered.filter((death) => passes(filter, death));
    const isByChange = changedAfter !== undefined;
    const matching = isByChange
      ? passing.filter(({ change: at }) => at > changedAfter).sort((a, b) => a.change - b.change)
      : passing.filter(({ sequence }) => cursor === undefined || sequence < cursor);
    const deaths = matching.slice(0, limit);
    const last = deaths.at(-1);
    const hasMore = matching.length > deaths.length && last !== undefined;
    return {
      deaths,
      lastChange: change,
      ...(hasMore && { nextCursor: isByChange ? last.change : last.sequence }),
    };
  };

  const explain = ({ query }: ExplainParams): { death: Death } => {
    if (options.running?.includes(query) === true) {
      throw new ResponseError(RpcError.StillRunning, 'The container is running.', { containerId: 'a', name: query });
    }
    const found = [...stored.values()].filter(
      ({ death }) => death.id === query || death.container.name === query || death.container.id.startsWith(query),
    );
    const names = [...stored.values()].map(({ death }) => death.container.name ?? death.container.id);
    const [first] = found;
    if (first === undefined) {
      throw new ResponseError(RpcError.NotFound, 'No death of such a container is known.', {
        running: false,
        closest: names.slice(0, 2),
      });
    }
    if (found.length > 1) {
      const candidates = found.map(({ death }) => ({ containerId: death.container.id, name: death.container.name }));
      throw new ResponseError(RpcError.Ambiguous, 'Several containers answer to that.', { candidates });
    }
    return { death: first.death };
  };

  const release = async (): Promise<void> => {
    // Whatever else the client pipelines arrives in the rounds of the event loop that follow.
    for (let round = 0; round < LATE_ROUNDS; round += 1) await new Promise((resolve) => setImmediate(resolve));
    for (const go of held.splice(0)) go();
  };
  const get = async ({ id }: GetParams): Promise<{ death: Death }> => {
    gets += 1;
    getsInAll += 1;
    mostGets = Math.max(mostGets, gets);
    const full = held.length + 1 === options.holdGets || getsInAll === stored.size;
    if (options.holdGets !== undefined) {
      await new Promise<void>((resolve, reject) => {
        held.push(resolve);
        if (full) release().catch(reject);
      });
    }
    gets -= 1;
    const found = stored.get(id);
    if (found === undefined)
      throw new ResponseError(RpcError.NotFound, 'No such death.', { running: false, closest: [] });
    return { death: found.death };
  };

  const subscribe = (connection: MessageConnection, { after }: SubscribeParams): { lastChange: number } => {
    subscribers.add(connection);
    subscriptions += 1;
    const missed = after === undefined ? [] : [...stored.values()].filter(({ summary }) => summary.change > after);
    setImmediate(() => {
      for (const { summary } of missed.toSorted((a, b) => a.summary.change - b.summary.change)) {
        const { id, cause, certainty, revision } = summary;
        tell(connection, { change: summary.change, id, cause, certainty, revision });
      }
      for (const { count, resolve } of waiting) if (subscriptions >= count) resolve();
    });
    return { lastChange: change };
  };

  let isStopping = false;
  const server = createServer((peer) => {
    // Accepted already when the server closed.
    if (isStopping) {
      peer.destroy();
      return;
    }
    sockets.add(peer);
    peer.on('close', () => sockets.delete(peer));
    peer.on('error', () => peer.destroy());
    const connection = streamConnection(peer, peer);
    connection.onClose(() => subscribers.delete(connection));
    connection.onError(() => peer.destroy());
    const answer = (method: string, handler: (params: never) => unknown): void => {
      connection.onRequest(method, (params: never) => {
        asked.push(method);
        return handler(params);
      });
    };
    const hello: HelloResult = {
      protocolVersion: 1,
      agentVersion: '0.1.0',
      host: 'node-7',
      bootId: 'boot',
      capabilities: ['deaths', 'subscribe', 'health'],
      tier: options.tier ?? 'sensitive',
    };
    answer('inquest/hello', () => hello);
    answer('inquest/health', health);
    answer('deaths/list', list);
    answer('deaths/get', get);
    answer('deaths/explain', explain);
    answer('deaths/subscribe', (params) => subscribe(connection, params));
    answer('deaths/unsubscribe', () => ({}));
    connection.listen();
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(socket, resolve);
  });

  const stop = async (): Promise<void> => {
    isStopping = true;
    const closed = new Promise<void>((resolve) => {
      server.close(() => {
        resolve();
      });
    });
    for (const peer of sockets) peer.destroy();
    await closed;
    await rm(folder, { recursive: true, force: true });
  };
  return {
    socket,
    asked,
    mostGetsInFlight: () => mostGets,
    announce: (death) => {
      const changed = put(death);
      for (const connection of subscribers) tell(connection, changed);
    },
    subscribed: (count) =>
      subscriptions >= count
        ? Promise.resolve()
        : new Promise((resolve) => {
            waiting.push({ count, resolve });
          }),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

function passes(filter: ListParams['filter'], { cause, containerName }: DeathSummary): boolean {
  const wanted = filter?.cause;
  if (wanted !== undefined && cause !== wanted && !cause.startsWith(`${wanted}.`)) return false;
  return filter?.container === undefined || filter.container === containerName;
}

function tell(connection: MessageConnection, changed: ChangedParams): void {
  send(connection, changed).catch(() => connection.dispose());
}

/** A client that has just gone is told nothing; that is what its next subscription is for. */
async function send(connection: MessageConnection, changed: ChangedParams): Promise<void> {
  // Asynchronous because a connection that is disposed already throws at once.
  await connection.sendNotification('deaths/changed', changed);
}
