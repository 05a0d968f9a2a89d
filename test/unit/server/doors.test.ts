import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { test } from 'node:test';
import { RpcError } from '../../../agent/domain/protocol.ts';
import { descriptorOf, tierOf } from '../../../agent/server/peer.ts';
import { credentialsOf, testServer } from './harness.ts';

test('64 connections are served, the 65th is told why not, and a place that gets free is given away', async () => {
  let uid = 1_000;
  await using server = await testServer({ peerCredentials: () => credentialsOf(Math.floor((uid += 1) / 8)) });
  const clients = [];
  for (let count = 0; count < 64; count += 1) clients.push(await server.greet());
  assert.equal(server.server.connections, 64);
  const late = server.connect();
  const { id, error } = await late.next();
  assert.equal(id, null);
  assert.equal(error?.code, RpcError.TooManyRequests);
  await late.closed();
  const [first, second] = clients;
  assert.ok(first !== undefined && second !== undefined);
  first.socket.end();
  await first.closed();
  second.request(1, 'inquest/health');
  await second.next();
  const next = server.connect();
  assert.equal((await next.hello()).error, undefined);
});

test('a user has 8 connections, root too; other users keep theirs', async () => {
  let uid = 0;
  await using server = await testServer({ peerCredentials: () => credentialsOf(uid) });
  for (let count = 0; count < 8; count += 1) await server.greet();
  const ninth = server.connect();
  ninth.request(1, 'inquest/health');
  assert.match((await ninth.next()).error?.message ?? '', /This user/);
  await ninth.closed();
  uid = 1_000;
  const other = server.connect();
  assert.equal((await other.hello()).error, undefined);
});

test('a connection whose peer cannot be identified is refused', async () => {
  await using server = await testServer({
    peerCredentials: () => {
      throw new Error('no credentials');
    },
  });
  const client = server.connect();
  assert.equal((await client.next()).error?.code, RpcError.NotPermitted);
  await client.closed();
  assert.equal(server.server.connections, 0);
  assert.ok(server.reports.includes('Peer credentials could not be read'));
});

test('those who are turned away and do not leave are cut', async () => {
  await using server = await testServer({ limits: { connections: 0, farewells: 1, farewellMs: 30 } });
  const stubborn = connect({ path: server.path, allowHalfOpen: true });
  const cut = Promise.withResolvers<Error>();
  stubborn.on('error', cut.resolve);
  stubborn.resume();
  const chatter = setInterval(() => stubborn.write('I stay'), 5);
  try {
    assert.match((await cut.promise).message, /ECONNRESET|EPIPE/);
  } finally {
    clearInterval(chatter);
    stubborn.destroy();
  }
});

test('the descriptor of a socket that is not connected is not known', () => {
  const socket = connect({ path: '/nonexistent/socket' });
  socket.on('error', (error) => {
    assert.match(error.message, /ENOENT/);
  });
  socket.destroy();
  assert.equal(descriptorOf(socket), undefined);
});

for (const [who, peer, expected] of [
  ['root', credentialsOf(0), 'sensitive'],
  ["the agent's user", credentialsOf(990), 'sensitive'],
  ['a member by primary group', credentialsOf(1_000, 500), 'sensitive'],
  ['a member by supplementary group', credentialsOf(1_000, 1_000, [4, 500]), 'sensitive'],
  ['anybody else', credentialsOf(1_000, 1_000, [4]), 'plain'],
] as const) {
  test(`${who} is of the ${expected} tier`, () => {
    assert.equal(tierOf(peer, { ownUid: 990, sensitiveGid: 500 }), expected);
  });
}

test('without the group only root and the own user are of the sensitive tier', () => {
  assert.equal(tierOf(credentialsOf(1_000, 500, [500]), { ownUid: 990, sensitiveGid: undefined }), 'plain');
});
