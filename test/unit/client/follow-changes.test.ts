import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import type { AgentClient } from '../../../agent/client/agent-client.ts';
import { Backoff } from '../../../agent/client/backoff.ts';
import { connect } from '../../../agent/client/connect.ts';
import { followChanges, type FollowChangesOptions } from '../../../agent/client/follow-changes.ts';
import { Inbox } from '../../../agent/client/inbox.ts';
import { InquestError } from '../../../agent/domain/errors.ts';
import { startServer } from '../../../agent/server/server.ts';
import { FakeAgent } from '../server/fake-agent.ts';
import { credentialsOf, temporaryDirectory, testServer } from '../server/harness.ts';

const QUICK = { minMs: 1, maxMs: 5 };

function dial(socket: string): () => Promise<AgentClient> {
  return () => connect({ socket, clientName: 'test', clientVersion: '1', timeoutMs: 5_000 });
}

/** Follows until `count` changes have been seen; hands back their numbers. */
async function see(count: number, options: Omit<FollowChangesOptions, 'onChange' | 'signal'>): Promise<number[]> {
  const stop = new AbortController();
  const seen: number[] = [];
  await followChanges({
    backoff: QUICK,
    ...options,
    signal: stop.signal,
    onChange: ({ change }) => {
      seen.push(change);
      if (seen.length === count) stop.abort();
    },
  });
  return seen;
}

test('changes are followed from a cursor, across agents that come and go', async () => {
  await using directory = await temporaryDirectory();
  const socket = join(directory.path, 'agent.sock');
  const agent = new FakeAgent();
  const start = () =>
    startServer(
      {
        socket,
        socketGroup: 'no-such-group',
        sensitiveGroup: 'no-such-group',
        peerCredentials: () => credentialsOf(0),
        report: () => undefined,
      },
      agent,
    );
  agent.commit(1, 2, 3);
  let server = await start();
  const stop = new AbortController();
  const seen: number[] = [];
  const interruptions: number[] = [];
  try {
    await followChanges({
      connect: dial(socket),
      after: 1,
      backoff: QUICK,
      signal: stop.signal,
      onInterruption: (_reason, retryInMs) => interruptions.push(retryInMs),
      onChange: async ({ change }) => {
        seen.push(change);
        if (change === 3) {
          await server.close();
          agent.commit(4);
          setTimeout(() => {
            void start().then((next) => {
              server = next;
              agent.commit(5);
            });
          }, 20);
        }
        if (change === 5) stop.abort();
      },
    });
  } finally {
    await server.close();
  }
  assert.deepEqual(seen, [2, 3, 4, 5]);
  assert.ok(interruptions.length > 0);
});

test('without a cursor only what is new is followed', async () => {
  await using server = await testServer();
  server.agent.commit(1, 2);
  const late = setInterval(() => {
    if (server.agent.subscribers === 1 && server.agent.changes.length === 2) server.agent.commit(3);
  }, 1);
  try {
    assert.deepEqual(await see(1, { connect: dial(server.path) }), [3]);
  } finally {
    clearInterval(late);
  }
});

test('another store behind the same socket is followed from its beginning', async () => {
  await using server = await testServer();
  server.agent.commit(1, 2);
  assert.deepEqual(await see(2, { connect: dial(server.path), after: 900 }), [1, 2]);
});

test('a change whose handling lost the connection comes again', async () => {
  await using server = await testServer();
  server.agent.commit(1, 2);
  const stop = new AbortController();
  const seen: number[] = [];
  await followChanges({
    connect: dial(server.path),
    after: 0,
    backoff: QUICK,
    signal: stop.signal,
    onChange: async ({ change }, client) => {
      seen.push(change);
      if (seen.length === 1) client.close();
      await client.request('inquest/health', {});
      if (change === 2) stop.abort();
    },
  });
  assert.deepEqual(seen, [1, 1, 2]);
});

test('a reader that fell behind loses nothing', async () => {
  await using server = await testServer({ limits: { slowReaderBytes: 2_000, pageSize: 500 } });
  server.agent.commit(1);
  const total = 3_000;
  const stop = new AbortController();
  const seen: number[] = [];
  await followChanges({
    connect: dial(server.path),
    after: 0,
    backoff: QUICK,
    signal: stop.signal,
    onChange: ({ change }) => {
      seen.push(change);
      if (change === 1) server.agent.commit(...Array.from({ length: total }, (_, index) => index + 2));
      if (change === total + 1) stop.abort();
    },
  });
  assert.deepEqual(
    seen,
    Array.from({ length: total + 1 }, (_, index) => index + 1),
  );
});

test('what no further attempt mends ends the following', async () => {
  const signal = new AbortController().signal;
  const incompatible = new InquestError('agent-incompatible', 'old');
  await assert.rejects(
    followChanges({ connect: () => Promise.reject(incompatible), onChange: () => undefined, signal }),
    incompatible,
  );
  await using server = await testServer();
  server.agent.commit(1);
  const mistake = new Error('a mistake of the caller');
  await assert.rejects(
    followChanges({
      connect: dial(server.path),
      after: 0,
      signal,
      onChange: () => {
        throw mistake;
      },
    }),
    mistake,
  );
});

test('following ends while waiting to try again, and at once when it was over before', async () => {
  const stop = new AbortController();
  await followChanges({
    connect: () => Promise.reject(new InquestError('agent-not-running', 'gone')),
    onChange: () => undefined,
    onInterruption: () => {
      setImmediate(() => {
        stop.abort();
      });
    },
    signal: stop.signal,
  });
  await followChanges({
    connect: () => Promise.reject(new Error('never called')),
    onChange: () => undefined,
    signal: stop.signal,
  });
});

test('waits grow to their limit, shortened at random but never below the least, and start anew', () => {
  const waits = (random: number): number[] => {
    const backoff = new Backoff({ minMs: 1_000, maxMs: 60_000 }, () => random);
    return Array.from({ length: 8 }, () => backoff.next());
  };
  assert.deepEqual(waits(0), [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
  assert.deepEqual(waits(1), [1_000, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
  const backoff = new Backoff();
  backoff.next();
  backoff.next();
  backoff.reset();
  assert.ok(backoff.next() <= 1_000);
});

test('an inbox that overflows hands over what it kept, then says so once', async () => {
  const inbox = new Inbox<number | 'more'>('more');
  for (let item = 1; item <= 10_005; item += 1) inbox.put(item);
  for (let item = 1; item <= 10_000; item += 1) assert.equal(await inbox.take(), item);
  assert.equal(await inbox.take(), 'more');
  const next = inbox.take();
  inbox.put(7);
  assert.equal(await next, 7);
  inbox.end(undefined);
  inbox.end(new Error('later'));
  inbox.put(8);
  assert.equal(await inbox.take(), undefined);
  assert.equal(inbox.reason, undefined);
});
