import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InquestError } from '../../../agent/domain/errors.ts';
import { CAPABILITIES, PROTOCOL_VERSION, RpcError } from '../../../agent/domain/protocol.ts';
import { oomDeath } from '../../support/death-gallery.ts';
import { containerOf } from '../../support/deaths.ts';
import { credentialsOf, testServer } from './harness.ts';

test('hello comes first, once, and says who the agent is', async () => {
  await using server = await testServer();
  const client = server.connect();
  client.request(1, 'deaths/list');
  assert.match((await client.next()).error?.message ?? '', /inquest\/hello/);
  assert.deepEqual((await client.hello()).result, {
    protocolVersion: PROTOCOL_VERSION,
    agentVersion: '0.1.0',
    host: 'node-7',
    bootId: 'boot',
    capabilities: CAPABILITIES,
    tier: 'sensitive',
  });
  assert.match((await client.hello()).error?.message ?? '', /once/);
});

test('a client of another version is told which side to upgrade, whatever its hello looks like', async () => {
  await using server = await testServer();
  const client = server.connect();
  client.request(1, 'inquest/hello', { protocolVersion: PROTOCOL_VERSION + 1, future: true });
  const newer = await client.next();
  assert.equal(newer.error?.code, RpcError.Incompatible);
  assert.match(newer.error.message, /Upgrade the agent/);
  client.request(2, 'inquest/hello', { protocolVersion: 0 });
  assert.match((await client.next()).error?.message ?? '', /Upgrade the client/);
  client.request(3, 'inquest/health');
  assert.ok((await client.next()).error !== undefined);
});

test('deaths are listed, fetched and explained', async () => {
  await using server = await testServer();
  const client = await server.greet();
  client.request(1, 'deaths/list', { limit: 5 });
  assert.deepEqual(
    (await client.next()).result,
    JSON.parse(JSON.stringify({ deaths: server.agent.listed, lastChange: 0 })),
  );
  client.request(2, 'deaths/get', { id: oomDeath.id });
  assert.deepEqual((await client.next()).result, JSON.parse(JSON.stringify({ death: oomDeath })));
  client.request(3, 'deaths/explain', { query: 'invoices' });
  assert.deepEqual((await client.next()).result, JSON.parse(JSON.stringify({ death: oomDeath })));
  client.request(4, 'deaths/get', { id: 'b'.repeat(26) });
  assert.equal((await client.next()).error?.code, RpcError.NotFound);
});

for (const [explanation, code, data] of [
  [{ kind: 'not-found', running: true, closest: ['web'] }, RpcError.NotFound, { running: true, closest: ['web'] }],
  [{ kind: 'ambiguous', candidates: [] }, RpcError.Ambiguous, { candidates: [] }],
  [
    { kind: 'still-running', containerId: 'c1', name: 'web' },
    RpcError.StillRunning,
    { containerId: 'c1', name: 'web' },
  ],
] as const) {
  test(`deaths/explain says ${explanation.kind} with what helps`, async () => {
    await using server = await testServer();
    server.agent.explanation = explanation;
    const client = await server.greet();
    client.request(1, 'deaths/explain', { query: 'web' });
    const { error } = await client.next();
    assert.equal(error?.code, code);
    assert.deepEqual(error.data, data);
  });
}

test("health counts the server's connections", async () => {
  await using server = await testServer();
  const client = await server.greet();
  await server.greet();
  client.request(1, 'inquest/health');
  const { result } = await client.next();
  assert.ok(typeof result === 'object' && result !== null && 'connections' in result);
  assert.equal(result.connections, 2);
});

test('failures are reported here and give nothing away there', async () => {
  await using server = await testServer();
  const client = await server.greet();
  server.agent.failure = new Error('/secret/path is broken');
  client.request(1, 'deaths/list');
  const failed = await client.next();
  assert.ok(!JSON.stringify(failed).includes('secret'));
  assert.ok(server.reports.some((report) => report.includes('/secret/path is broken')));
  server.agent.failure = new InquestError('store-corrupt', 'page 7');
  client.request(2, 'deaths/list');
  assert.equal((await client.next()).error?.code, RpcError.StoreUnavailable);
  server.agent.failure = new InquestError('timeout', 'The store took too long to answer.');
  client.request(3, 'deaths/list');
  const busy = (await client.next()).error;
  assert.equal(busy?.code, RpcError.TooManyRequests);
  assert.match(busy.message, /Try again in a moment/);
});

test('a cancelled request is answered at once and its work is told', async () => {
  await using server = await testServer();
  const started = Promise.withResolvers<undefined>();
  server.agent.onGet = () => {
    started.resolve(undefined);
  };
  const never = Promise.withResolvers<undefined>();
  server.agent.gate = never.promise;
  const client = await server.greet();
  client.request(1, 'deaths/get', { id: oomDeath.id });
  await started.promise;
  client.send({ jsonrpc: '2.0', method: '$/cancelRequest', params: { id: 1 } });
  const { id, error } = await client.next();
  assert.equal(id, 1);
  assert.equal(error?.code, -32_800);
  assert.equal(server.agent.signals.get('get')?.aborted, true);
  client.request(2, 'deaths/get', { id: oomDeath.id });
  client.send({ jsonrpc: '2.0', method: '$/cancelRequest', params: { id: 2 } });
  assert.equal((await client.next()).error?.code, -32_800);
  never.resolve(undefined);
});

test('cancelling does not multiply work that takes no notice of it', async () => {
  await using server = await testServer();
  const never = Promise.withResolvers<undefined>();
  server.agent.gate = never.promise;
  const client = await server.greet();
  for (let id = 1; id <= 32; id += 1) {
    client.request(id, 'deaths/get', { id: oomDeath.id });
    client.send({ jsonrpc: '2.0', method: '$/cancelRequest', params: { id } });
    assert.equal((await client.next()).error?.code, -32_800);
  }
  client.request(33, 'inquest/health');
  assert.equal((await client.next()).error?.code, RpcError.TooManyRequests);
  never.resolve(undefined);
  client.request(34, 'inquest/health');
  const { error } = await client.next();
  assert.equal(error, undefined);
});

test('a follow or subscription that was cancelled does not come about', async () => {
  await using server = await testServer();
  const identity = containerOf('web');
  const resolved = Promise.withResolvers<undefined>();
  server.agent.live.set('web', { identity, vitals: undefined });
  server.agent.resolving = resolved.promise;
  const client = await server.greet();
  client.request(1, 'containers/follow', { container: 'web' });
  client.send({ jsonrpc: '2.0', method: '$/cancelRequest', params: { id: 1 } });
  await client.next();
  resolved.resolve(undefined);
  client.request(2, 'inquest/health');
  await client.next();
  assert.equal(server.agent.followed, 0);
  assert.equal(server.reports.length, 1);
});

test('closing the server ends connections and their work, and may be asked for twice', async () => {
  await using server = await testServer();
  const started = Promise.withResolvers<undefined>();
  server.agent.onGet = () => {
    started.resolve(undefined);
  };
  const never = Promise.withResolvers<undefined>();
  server.agent.gate = never.promise;
  const client = await server.greet();
  client.request(1, 'deaths/subscribe');
  await client.next();
  client.request(2, 'deaths/get', { id: oomDeath.id });
  await started.promise;
  await Promise.all([server.server.close(), server.server.close()]);
  await client.closed();
  assert.equal(server.agent.signals.get('get')?.aborted, true);
  assert.equal(server.agent.subscribers, 0);
  never.resolve(undefined);
});

test('a plain caller sees no command lines and no log lines anywhere', async () => {
  await using server = await testServer({ peerCredentials: () => credentialsOf(1_000) });
  const identity = containerOf('web', { entrypoint: ['/app --token=s3cr3t'], command: ['s3cr3t'] });
  server.agent.live.set('web', { identity, vitals: undefined });
  const client = server.connect();
  assert.equal(Reflect.get(Object((await client.hello()).result), 'tier'), 'plain');
  client.request(1, 'deaths/get', { id: oomDeath.id });
  client.request(2, 'deaths/explain', { query: 'invoices' });
  client.request(3, 'deaths/list');
  client.request(4, 'containers/list');
  const answers = [await client.next(), await client.next(), await client.next(), await client.next()];
  const text = JSON.stringify(answers);
  assert.ok(!text.includes('argv'));
  assert.ok(!text.includes('s3cr3t'));
  assert.ok(!text.includes(oomDeath.verdict.headline));
  client.request(5, 'deaths/list', { filter: { text: 'a' } });
  assert.equal((await client.next()).error?.code, RpcError.NotPermitted);
});
