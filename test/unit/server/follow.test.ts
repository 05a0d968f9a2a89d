import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RpcError } from '../../../agent/domain/protocol.ts';
import { containerOf, evidenceOf, processOf } from '../../support/deaths.ts';
import { credentialsOf, testServer, type TestServer } from './harness.ts';

function run(server: TestServer, name: string): string {
  const identity = containerOf(name);
  server.agent.live.set(name, { identity, vitals: undefined });
  return identity.id;
}

function exec(containerId: string, argument = '--secret') {
  return evidenceOf(
    0,
    'kernel',
    `started tool ${argument}`,
    { kind: 'process_exec', process: processOf(7, ['/bin/tool', argument]), isMain: false, filename: '/bin/tool' },
    containerId,
  );
}

test('a followed container is heard until it is unfollowed', async () => {
  await using server = await testServer();
  const containerId = run(server, 'web');
  const client = await server.greet();
  client.request(1, 'containers/follow', { container: 'web' });
  assert.deepEqual((await client.next()).result, { containerId });
  client.request(2, 'containers/follow', { container: 'web' });
  await client.next();
  const evidence = exec(containerId);
  server.agent.witness(containerId, evidence);
  const event = await client.next();
  assert.equal(event.method, 'containers/event');
  assert.deepEqual(event.params, { containerId, evidence, skipped: 0 });
  client.request(3, 'containers/unfollow', { containerId });
  await client.next();
  assert.equal(server.agent.followed, 0);
});

test('a follower of the plain tier hears no command lines', async () => {
  await using server = await testServer({ peerCredentials: () => credentialsOf(1_000) });
  const containerId = run(server, 'web');
  const client = await server.greet();
  client.request(1, 'containers/follow', { container: 'web' });
  await client.next();
  server.agent.witness(containerId, exec(containerId));
  assert.ok(!JSON.stringify(await client.next()).includes('--secret'));
});

test('what a slow follower misses is counted, not queued', async () => {
  await using server = await testServer({ limits: { followQueueBytes: 20_000 } });
  const containerId = run(server, 'web');
  const client = await server.greet();
  client.request(1, 'containers/follow', { container: 'web' });
  await client.next();
  client.socket.pause();
  const sent = 5_000;
  for (let count = 0; count < sent; count += 1) server.agent.witness(containerId, exec(containerId, 'a'.repeat(500)));
  client.socket.resume();
  client.request(2, 'inquest/health');
  let heard = 0;
  while ((await client.next()).id !== 2) heard += 1;
  assert.ok(heard < sent);
  server.agent.witness(containerId, exec(containerId));
  const { params } = await client.next();
  assert.equal(Reflect.get(Object(params), 'skipped'), sent - heard);
});

test('a connection that ends follows nothing any more', async () => {
  await using server = await testServer();
  run(server, 'web');
  const client = await server.greet();
  client.request(1, 'containers/follow', { container: 'web' });
  await client.next();
  client.socket.end();
  await client.closed();
  const other = await server.greet();
  other.request(1, 'inquest/health');
  await other.next();
  assert.equal(server.agent.followed, 0);
});

test('unknown, ambiguous and too many containers are refused', async () => {
  await using server = await testServer({ limits: { follows: 1 } });
  run(server, 'web');
  run(server, 'api');
  const client = await server.greet();
  client.request(1, 'containers/follow', { container: 'wev' });
  const unknown = await client.next();
  assert.equal(unknown.error?.code, RpcError.NotFound);
  assert.deepEqual(unknown.error.data, { running: false, closest: ['web', 'api'] });
  client.request(2, 'containers/follow', { container: 'twins' });
  assert.equal((await client.next()).error?.code, RpcError.Ambiguous);
  client.request(3, 'containers/follow', { container: 'web' });
  await client.next();
  client.request(4, 'containers/follow', { container: 'api' });
  assert.equal((await client.next()).error?.code, RpcError.TooManyRequests);
});
