import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RpcError } from '../../../agent/domain/protocol.ts';
import { testServer } from './harness.ts';
import { frame } from './raw-client.ts';

const PARSE_ERROR = -32_700;
const INVALID_REQUEST = -32_600;
const METHOD_NOT_FOUND = -32_601;
const INVALID_PARAMS = -32_602;
const SECRET = 'zebra-in-the-input';

function nested(depth: number): string {
  return `${'['.repeat(depth)}${']'.repeat(depth)}`;
}

for (const [name, bytes] of [
  ['a header without a length', 'Content-Type: application/json\r\n\r\n{}'],
  ['a line that is no header', `GET /${SECRET} HTTP/1.1\r\n\r\n`],
  ['a negative length', 'Content-Length: -1\r\n\r\n'],
  ['two lengths', 'Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}'],
  ['a header without an end', `X: ${'a'.repeat(10_000)}`],
  ['a length above 64 KiB', 'Content-Length: 65537\r\n\r\n'],
  ['an absurd length', 'Content-Length: 999999999999999\r\n\r\n'],
] as const) {
  test(`${name} is answered with an error and ends the connection`, async () => {
    await using server = await testServer();
    const client = await server.greet();
    client.sendRaw(bytes);
    const { id, error } = await client.next();
    assert.equal(id, null);
    assert.ok(error?.code === PARSE_ERROR || error?.code === INVALID_REQUEST);
    assert.ok(!error.message.includes(SECRET));
    assert.deepEqual(await client.closed(), []);
  });
}

test('a message of exactly 64 KiB is read', async () => {
  await using server = await testServer();
  const client = await server.greet();
  const message = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'inquest/health', params: {} });
  client.sendRaw(frame(message.padEnd(65_536, ' ')));
  assert.equal((await client.next()).id, 1);
});

test('a peer that says nothing is hung up on', async () => {
  await using server = await testServer({ limits: { firstByteMs: 20 } });
  const client = server.connect();
  assert.match((await client.next()).error?.message ?? '', /in time/);
  await client.closed();
});

test('a stranger has to go on, a greeted client may be silent', async () => {
  await using server = await testServer({ limits: { firstByteMs: 20 } });
  const silent = await server.greet();
  const stranger = server.connect();
  stranger.send({});
  await stranger.next();
  await stranger.closed();
  silent.request(1, 'inquest/health');
  assert.equal((await silent.next()).id, 1);
});

test('a message that never ends is given up, however slowly it goes on', async () => {
  await using server = await testServer({ limits: { messageMs: 100 } });
  const client = await server.greet();
  client.sendRaw('Content-Length: 60000\r\n\r\n');
  const drip = setInterval(() => {
    client.sendRaw(' ');
  }, 5);
  try {
    assert.match((await client.next()).error?.message ?? '', /not complete in time/);
    await client.closed();
  } finally {
    clearInterval(drip);
  }
});

test('input that is not JSON, not UTF-8 or too deep is answered and the connection goes on', async () => {
  await using server = await testServer();
  const client = await server.greet();
  client.sendRaw(frame(`{"${SECRET}`));
  const notJson = await client.next();
  assert.equal(notJson.error?.code, PARSE_ERROR);
  assert.ok(!JSON.stringify(notJson).includes(SECRET));
  client.sendRaw(Buffer.concat([Buffer.from('Content-Length: 2\r\n\r\n'), Buffer.from([0xff, 0xfe])]));
  assert.equal((await client.next()).error?.code, PARSE_ERROR);
  client.sendRaw(frame(nested(17)));
  assert.equal((await client.next()).error?.code, INVALID_REQUEST);
  client.sendRaw(frame(nested(30_000)));
  assert.equal((await client.next()).error?.code, INVALID_REQUEST);
  client.sendRaw(frame(`{"jsonrpc":"2.0","id":"deep","method":"deaths/get","params":${nested(15)}}`));
  assert.equal((await client.next()).id, 'deep');
});

test('keys that become prototypes are refused and change nothing', async () => {
  await using server = await testServer();
  const client = await server.greet();
  for (const key of ['__proto__', 'constructor', 'prototype']) {
    client.sendRaw(frame(`{"jsonrpc":"2.0","id":1,"method":"deaths/list","params":{"${key}":{"polluted":true}}}`));
    const { id, error } = await client.next();
    assert.equal(id, 1);
    assert.equal(error?.code, INVALID_REQUEST);
  }
  client.sendRaw(frame('[{"jsonrpc":"2.0","id":1,"method":"deaths/list","params":{"filter":{"__proto__":{}}}}]'));
  assert.equal((await client.next()).error?.code, INVALID_REQUEST);
  assert.equal(Reflect.get({}, 'polluted'), undefined);
});

test('unknown methods and fields are refused without repeating them', async () => {
  await using server = await testServer();
  const client = await server.greet();
  client.request(1, SECRET);
  const unknown = await client.next();
  assert.equal(unknown.error?.code, METHOD_NOT_FOUND);
  client.request(2, 'toString');
  assert.equal((await client.next()).error?.code, METHOD_NOT_FOUND);
  client.request(3, 'deaths/list', { [SECRET]: 1 });
  const field = await client.next();
  assert.equal(field.error?.code, INVALID_PARAMS);
  client.request(4, 'deaths/list', { filter: { labels: { [SECRET]: 7 } } });
  const label = await client.next();
  assert.match(label.error?.message ?? '', /filter\.labels/);
  assert.ok(!JSON.stringify([unknown, field, label]).includes(SECRET));
});

for (const [method, params] of [
  ['deaths/list', { limit: 501 }],
  ['deaths/list', { limit: 0 }],
  ['deaths/list', { filter: { since: 'yesterday' } }],
  [
    'deaths/list',
    { filter: { labels: Object.fromEntries(Array.from({ length: 17 }, (_, i) => [`l${String(i)}`, ''])) } },
  ],
  ['deaths/get', { id: '../../etc/passwd' }],
  ['deaths/explain', { query: 'x', settleMs: 10_001 }],
  ['deaths/explain', { query: 'x'.repeat(257) }],
  ['deaths/explain', []],
  ['deaths/subscribe', { after: -1 }],
] as const) {
  test(`${method} refuses ${JSON.stringify(params).slice(0, 60)}`, async () => {
    await using server = await testServer();
    const client = await server.greet();
    client.request(1, method, params);
    assert.equal((await client.next()).error?.code, INVALID_PARAMS);
  });
}

test('what is no request or notification is refused, stray responses are dropped', async () => {
  await using server = await testServer();
  const client = await server.greet();
  for (const message of [7, null, 'text', {}, { jsonrpc: '1.0', id: 1, method: 'inquest/health' }]) {
    client.send(JSON.stringify(message));
    assert.equal((await client.next()).error?.code, INVALID_REQUEST);
  }
  for (const id of [null, {}, [], true, 'x'.repeat(129)]) {
    client.send({ jsonrpc: '2.0', id, method: 'inquest/health' });
    const reply = await client.next();
    assert.equal(reply.id, null);
    assert.equal(reply.error?.code, INVALID_REQUEST);
  }
  client.send({ jsonrpc: '2.0', id: 2, method: 'inquest/health', params: 'text' });
  assert.equal((await client.next()).error?.code, INVALID_REQUEST);
  client.send({ jsonrpc: '2.0', id: 3, result: {} }, { jsonrpc: '2.0', id: null, error: {} });
  client.send({ jsonrpc: '2.0', method: '$/cancelRequest' }, { jsonrpc: '2.0', method: '$/cancelRequest', params: {} });
  client.send(
    { jsonrpc: '2.0', method: 'exit' },
    { jsonrpc: '2.0', method: '$/setTrace', params: { value: 'verbose' } },
  );
  client.request(4, 'inquest/health');
  assert.equal((await client.next()).id, 4);
});

test('a batch is answered as one array; more than 16 or none are refused', async () => {
  await using server = await testServer();
  const client = await server.greet();
  const request = (id: number): unknown => ({ jsonrpc: '2.0', id, method: 'inquest/health', params: {} });
  client.send([request(1), request(2), 5, { jsonrpc: '2.0', method: 'notification' }, request(3)]);
  const answers = await client.nextRaw();
  assert.ok(Array.isArray(answers));
  const ids = answers.map((answer: { id: unknown }) => answer.id);
  assert.deepEqual(new Set(ids), new Set([1, 2, 3, null]));
  client.send(Array.from({ length: 17 }, (_, index) => request(index)));
  assert.equal((await client.next()).error?.code, INVALID_REQUEST);
  client.send([]);
  assert.equal((await client.next()).error?.code, INVALID_REQUEST);
  client.send([{ jsonrpc: '2.0', method: 'notification' }]);
  client.request(9, 'inquest/health');
  assert.equal((await client.next()).id, 9);
});

test('the 33rd request in flight is refused, the others are answered', async () => {
  await using server = await testServer();
  const gate = Promise.withResolvers<undefined>();
  server.agent.gate = gate.promise;
  const client = await server.greet();
  const id = 'a'.repeat(26);
  for (let number = 1; number <= 33; number += 1) client.request(number, 'deaths/get', { id });
  const refused = await client.next();
  assert.equal(refused.id, 33);
  assert.equal(refused.error?.code, RpcError.TooManyRequests);
  client.request(7, 'deaths/get', { id });
  assert.match((await client.next()).error?.message ?? '', /still under way/);
  gate.resolve(undefined);
  const answered = new Set<unknown>();
  for (let count = 0; count < 32; count += 1) answered.add((await client.next()).id);
  assert.equal(answered.size, 32);
  client.request(33, 'inquest/health');
  assert.equal((await client.next()).error, undefined);
});

test('too many messages a second are refused, and who goes on is cut', async () => {
  await using server = await testServer({ limits: { messagesPerSecond: 1e-6, messageBurst: 5 } });
  const client = await server.greet();
  for (let number = 1; number <= 12; number += 1) client.request(number, 'inquest/health');
  const answers = JSON.stringify(await client.closed());
  assert.match(answers, new RegExp(String(RpcError.TooManyRequests)));
  assert.deepEqual(server.reports, ["There is no group no-such-group: only the agent's own user can use the socket"]);
});

test('an answer above 1 MiB is replaced by an error that says what to do', async () => {
  await using server = await testServer({ limits: { outboundMessageBytes: 2_000 } });
  const client = await server.greet();
  server.agent.listed = Array.from({ length: 20 }, () => server.agent.listed[0]).filter((item) => item !== undefined);
  client.request(1, 'deaths/list');
  const { id, error } = await client.next();
  assert.equal(id, 1);
  assert.equal(error?.code, RpcError.TooLarge);
  assert.match(error.message, /smaller limit/);
  client.send([1, 2].map((number) => ({ jsonrpc: '2.0', id: number, method: 'deaths/list', params: {} })));
  const batch = await client.nextRaw();
  assert.ok(Array.isArray(batch));
  assert.deepEqual(
    batch.map((each: { error: { code: number } }) => each.error.code),
    [RpcError.TooLarge, RpcError.TooLarge],
  );
});
