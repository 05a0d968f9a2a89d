import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changeOf } from './fake-agent.ts';
import { testServer } from './harness.ts';
import type { RawClient, Reply } from './raw-client.ts';

async function nextChange(client: RawClient): Promise<unknown> {
  const { method, params } = await client.next();
  assert.equal(method, 'deaths/changed');
  return Reflect.get(Object(params), 'change');
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

test('a subscription announces what comes after it, the answer first', async () => {
  await using server = await testServer();
  server.agent.commit(1, 2);
  const client = await server.greet();
  client.request(1, 'deaths/subscribe');
  assert.deepEqual((await client.next()).result, { lastChange: 2 });
  server.agent.commit(5);
  assert.deepEqual((await client.next()).params, changeOf(5));
});

test('a subscription from a cursor has no gap, no duplicate and is in order while deaths arrive', async () => {
  await using server = await testServer();
  server.agent.commit(...range(1, 1_200));
  let late = 1_200;
  server.agent.beforePage = () => {
    if (late < 1_210) server.agent.commit((late += 1));
  };
  const client = await server.greet();
  client.request(1, 'deaths/subscribe', { after: 100 });
  assert.deepEqual((await client.next()).result, { lastChange: 1_200 });
  for (const expected of range(101, 1_210)) assert.equal(await nextChange(client), expected);
  server.agent.commit(1_211);
  assert.equal(await nextChange(client), 1_211);
});

test('a backlog waits for its reader instead of piling up', async () => {
  await using server = await testServer({ limits: { catchUpQueueBytes: 10_000, slowReaderBytes: 300_000 } });
  server.agent.commit(...range(1, 20_000));
  const client = await server.greet();
  client.request(1, 'deaths/subscribe', { after: 0 });
  await client.next();
  for (const expected of range(1, 20_000)) assert.equal(await nextChange(client), expected);
});

test('unsubscribing ends it, subscribing again replaces it', async () => {
  await using server = await testServer();
  const client = await server.greet();
  client.request(1, 'deaths/subscribe');
  await client.next();
  client.request(2, 'deaths/subscribe');
  await client.next();
  server.agent.commit(1);
  assert.equal(await nextChange(client), 1);
  client.request(3, 'deaths/unsubscribe');
  assert.deepEqual((await client.next()).result, {});
  server.agent.commit(2);
  client.request(4, 'deaths/unsubscribe');
  assert.equal((await client.next()).id, 4);
  assert.equal(server.agent.subscribers, 0);
});

test('a store that fails delays announcements and loses none', async () => {
  await using server = await testServer();
  const client = await server.greet();
  client.request(1, 'deaths/subscribe');
  await client.next();
  const failed = Promise.withResolvers<undefined>();
  server.agent.beforePage = () => {
    failed.resolve(undefined);
  };
  server.agent.failure = new Error('disk');
  server.agent.commit(1);
  await failed.promise;
  client.request(2, 'inquest/health');
  await client.next();
  server.agent.failure = undefined;
  server.agent.commit(2);
  assert.equal(await nextChange(client), 1);
  assert.equal(await nextChange(client), 2);
  assert.ok(server.reports.some((report) => report.includes('disk')));
});

test('a slow reader is told once to list again, and is announced to again when it has', async () => {
  await using server = await testServer({ limits: { slowReaderBytes: 10_000, pageSize: 500 } });
  const client = await server.greet();
  const steady = await server.greet();
  client.request(1, 'deaths/subscribe');
  await client.next();
  steady.request(1, 'deaths/subscribe');
  await steady.next();

  client.socket.pause();
  const total = 20_000;
  for (let first = 1; first <= total; first += 50) {
    server.agent.commit(...range(first, first + 49));
    for (const expected of range(first, first + 49)) assert.equal(await nextChange(steady), expected);
  }
  client.socket.resume();

  let last = 0;
  let message: Reply = await client.next();
  while (message.method === 'deaths/changed') {
    const change: unknown = Reflect.get(Object(message.params), 'change');
    assert.equal(change, last + 1);
    last += 1;
    message = await client.next();
  }
  assert.equal(message.method, 'deaths/resync');
  assert.deepEqual(message.params, { change: last });
  assert.ok(last < total);

  server.agent.commit(total + 1);
  assert.equal(await nextChange(steady), total + 1);
  client.request(2, 'deaths/list', { changedAfter: last + 10 });
  assert.equal((await client.next()).id, 2);
  let cursor: unknown;
  do {
    client.request('page', 'deaths/list', {
      changedAfter: last,
      limit: 500,
      ...(typeof cursor === 'number' ? { cursor } : {}),
    });
    const page = await client.next();
    assert.equal(page.id, 'page');
    cursor = Reflect.get(Object(page.result), 'nextCursor');
  } while (cursor !== undefined);
  server.agent.commit(total + 2);
  assert.equal(await nextChange(client), total + 2);
});

test('a reader that stops is cut, with no more than its share of memory, and others notice nothing', async () => {
  await using server = await testServer({ limits: { cutReaderBytes: 500_000 } });
  const stopped = await server.greet();
  const other = await server.greet();
  server.agent.listed = range(1, 300).flatMap(() => server.agent.listed.slice(0, 1));
  stopped.socket.pause();
  for (const id of range(1, 30)) stopped.request(id, 'deaths/list');
  for (const id of range(1, 50)) {
    other.request(id, 'inquest/health');
    assert.equal((await other.next()).id, id);
    if (server.server.connections === 1) break;
  }
  assert.equal(server.server.connections, 1);
  stopped.socket.resume();
  const received = await stopped.closed();
  assert.ok(received.length < 30);
});

test('a reader that makes no progress is cut after a while, a slow one is kept', async () => {
  await using server = await testServer({ limits: { cutReaderMs: 60 } });
  server.agent.listed = range(1, 300).flatMap(() => server.agent.listed.slice(0, 1));
  const stopped = await server.greet();
  stopped.socket.pause();
  for (const id of range(1, 10)) stopped.request(id, 'deaths/list');
  const gone = Promise.withResolvers<undefined>();
  const watch = setInterval(() => {
    if (server.server.connections === 0) gone.resolve(undefined);
  }, 5);
  await gone.promise.finally(() => {
    clearInterval(watch);
  });
  assert.equal(server.server.connections, 0);
});
