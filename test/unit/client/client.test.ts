import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { chmod, writeFile } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { connectStreams, type AgentClient } from '../../../agent/client/agent-client.ts';
import { connect } from '../../../agent/client/connect.ts';
import { connectFailure, RequestError } from '../../../agent/client/errors.ts';
import { frameHeader } from '../../../agent/domain/framing.ts';
import { InquestError, type ErrorReason } from '../../../agent/domain/errors.ts';
import { RpcError, type ChangedParams } from '../../../agent/domain/protocol.ts';
import { oomDeath } from '../../support/death-gallery.ts';
import { changeOf } from '../server/fake-agent.ts';
import { temporaryDirectory, testServer } from '../server/harness.ts';

const WITHOUT_ACCOUNT = 3_999_999_999;
const NOBODY = 65_534;
const isRoot = process.getuid?.() === 0;
const IDENTITY = { clientName: 'test', clientVersion: '1', timeoutMs: 5_000 };

function is(reason: ErrorReason): (error: unknown) => boolean {
  return (error) => error instanceof InquestError && error.reason === reason;
}

function closing(client: AgentClient): Promise<Error | undefined> {
  const { promise, resolve } = Promise.withResolvers<Error | undefined>();
  client.onClose(resolve);
  return promise;
}

/** A peer that is not an agent: `answer` is what it sends when somebody connects and says something. */
async function impostor(answer: (socket: Socket, said: string) => void): Promise<{ path: string } & AsyncDisposable> {
  const directory = await temporaryDirectory();
  const path = join(directory.path, 'agent.sock');
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('data', (said) => {
      answer(socket, said.toString());
    });
  });
  await once(server.listen(path), 'listening');
  return {
    path,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
      await directory[Symbol.asyncDispose]();
    },
  };
}

function framed(json: string): string {
  return `${frameHeader(Buffer.byteLength(json))}${json}`;
}

test('a client greets, asks and hears', async () => {
  await using server = await testServer();
  const client = await connect({ ...IDENTITY, socket: server.path });
  try {
    assert.equal(client.hello.host, 'node-7');
    const { death } = await client.request('deaths/get', { id: oomDeath.id });
    assert.equal(death.id, oomDeath.id);
    const heard = Promise.withResolvers<ChangedParams>();
    const stop = client.on('deaths/changed', heard.resolve);
    await client.request('deaths/subscribe', {});
    server.agent.commit(1);
    assert.deepEqual(await heard.promise, changeOf(1));
    stop();
  } finally {
    client.close();
  }
});

test('an answer that is an error keeps its code and data', async () => {
  await using server = await testServer();
  server.agent.explanation = { kind: 'not-found', running: false, closest: ['web'] };
  const client = await connect({ ...IDENTITY, socket: server.path });
  try {
    await assert.rejects(client.request('deaths/explain', { query: 'wev' }), (error) => {
      assert.ok(error instanceof RequestError);
      assert.equal(error.code, RpcError.NotFound);
      assert.deepEqual(error.data, { running: false, closest: ['web'] });
      return true;
    });
  } finally {
    client.close();
  }
});

test('a request that is aborted or takes too long is given up on both ends', async () => {
  await using server = await testServer();
  const never = Promise.withResolvers<undefined>();
  server.agent.gate = never.promise;
  const client = await connect({ ...IDENTITY, socket: server.path });
  try {
    const { id } = oomDeath;
    await assert.rejects(client.request('deaths/get', { id }, { timeoutMs: 20 }), is('timeout'));
    await client.request('inquest/health', {});
    assert.equal(server.agent.signals.get('get')?.aborted, true);
    const abort = new AbortController();
    server.agent.onGet = () => {
      abort.abort(new Error('not wanted any more'));
    };
    await assert.rejects(client.request('deaths/get', { id }, { signal: abort.signal }), /not wanted any more/);
    await assert.rejects(client.request('deaths/get', { id }, { signal: abort.signal }), /not wanted any more/);
  } finally {
    client.close();
    never.resolve(undefined);
  }
});

test('when nobody listens the client says how to start an agent', async () => {
  await using directory = await temporaryDirectory();
  const socket = join(directory.path, 'agent.sock');
  const says = (error: unknown): boolean =>
    is('agent-not-running')(error) &&
    error instanceof InquestError &&
    (error.next ?? '').includes('sudo inquest agent');
  await assert.rejects(connect({ ...IDENTITY, socket }), says);
  await writeFile(socket, '');
  await assert.rejects(connect({ ...IDENTITY, socket }), says);
});

test('who may not use the socket is told the exact command', async () => {
  const denied = Object.assign(new Error('connect EACCES'), { code: 'EACCES' });
  const error = connectFailure(denied, '/run/inquest/agent.sock', 'inquest');
  assert.equal(error.reason, 'no-permission');
  assert.match(error.next ?? '', /^sudo usermod -aG inquest \w[\w.-]*\n.*log in again|^Your user id has no account/);
  assert.equal(connectFailure(new Error('odd'), '/x', 'inquest').reason, 'system');
});

test('a user id without an account is told to use sudo', { skip: isRoot ? false : 'needs root' }, async () => {
  const module = JSON.stringify(new URL('../../../agent/client/errors.ts', import.meta.url).href);
  const script = `import { connectFailure } from ${module};
    process.setuid(${String(WITHOUT_ACCOUNT)});
    console.log(connectFailure(Object.assign(new Error('denied'), { code: 'EACCES' }), '/x', 'inquest').next);`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], { env: {} });
  assert.match(stdout, /no account here .* with sudo/);
});

test('a stranger is kept out by the socket itself', { skip: isRoot ? false : 'needs root' }, async () => {
  await using server = await testServer();
  await chmod(server.directory, 0o755);
  const module = JSON.stringify(new URL('../../../agent/client/connect.ts', import.meta.url).href);
  // Drops its rights only when all is loaded: the sources may lie where strangers cannot read.
  const script = `import { connect } from ${module};
    process.setgroups([]); process.setgid(${String(NOBODY)}); process.setuid(${String(NOBODY)});
    const identity = { clientName: 'test', clientVersion: '1', timeoutMs: 5000 };
    await connect({ ...identity, socket: process.argv[1] }).then(
      (client) => { console.log('connected'); client.close(); },
      (error) => { console.log(error.reason + ': ' + error.next); },
    );`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script, server.path], {
    env: {},
  });
  assert.match(stdout, /^no-permission: sudo usermod -aG inquest \w+\n/);
});

test('an agent of another version is told apart', async () => {
  await using peer = await impostor((socket) => {
    const error = { code: RpcError.Incompatible, message: 'Upgrade the client.\u001b[31m' };
    socket.write(framed(JSON.stringify({ jsonrpc: '2.0', id: 0, error })));
  });
  await assert.rejects(connect({ ...IDENTITY, socket: peer.path }), (error) => {
    assert.ok(is('agent-incompatible')(error));
    assert.match(String(error), /Upgrade the client\.\\x1b/);
    return true;
  });
});

test('an agent that says nothing is a timeout', async () => {
  await using peer = await impostor(() => undefined);
  await assert.rejects(connect({ ...IDENTITY, timeoutMs: 30, socket: peer.path }), is('timeout'));
});

for (const [what, bytes] of [
  ['no framing', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
  ['more than 1 MiB', `Content-Length: ${String(1_048_577)}\r\n\r\n`],
  ['no JSON', framed('{')],
  ['no JSON-RPC', framed('{}')],
  ['JSON that is too deep', framed('['.repeat(17) + ']'.repeat(17))],
  ['nothing, and hangs up', ''],
] as const) {
  test(`a peer that sends ${what} ends the connection`, async () => {
    await using peer = await impostor((socket) => {
      if (bytes === '') socket.end();
      else socket.write(bytes);
    });
    await assert.rejects(connect({ ...IDENTITY, socket: peer.path }), is('agent-not-running'));
  });
}

test('a prototype in an answer is left out', async () => {
  await using peer = await impostor((socket) => {
    socket.write(framed('{"jsonrpc":"2.0","id":0,"result":{"host":"h","__proto__":{"polluted":1}}}'));
  });
  const client = await connect({ ...IDENTITY, socket: peer.path });
  client.close();
  assert.deepEqual(Object.entries(Object.assign({}, client.hello)), [['host', 'h']]);
  assert.equal(Reflect.get(Object.assign({}, client.hello), 'polluted'), undefined);
});

test('an agent that turns a client away is quoted', async () => {
  await using server = await testServer({ limits: { connections: 0 } });
  await assert.rejects(connect({ ...IDENTITY, socket: server.path }), (error) => {
    assert.ok(error instanceof RequestError);
    assert.equal(error.code, RpcError.TooManyRequests);
    return true;
  });
});

test('requests under way and later ones fail when the agent goes', async () => {
  await using server = await testServer();
  const never = Promise.withResolvers<undefined>();
  server.agent.gate = never.promise;
  const started = Promise.withResolvers<undefined>();
  server.agent.onGet = () => {
    started.resolve(undefined);
  };
  const client = await connect({ ...IDENTITY, socket: server.path });
  const ended = closing(client);
  const pending = assert.rejects(client.request('deaths/get', { id: oomDeath.id }), is('agent-not-running'));
  await started.promise;
  await server.server.close();
  await pending;
  assert.ok(is('agent-not-running')(await ended));
  await assert.rejects(client.request('inquest/health', {}), is('agent-not-running'));
  assert.ok(is('agent-not-running')(await closing(client)));
  client.close();
  never.resolve(undefined);
});

test('closing a client is no failure', async () => {
  await using server = await testServer();
  const client = await connect({ ...IDENTITY, socket: server.path });
  const ended = closing(client);
  client.close();
  client.close();
  assert.equal(await ended, undefined);
  await assert.rejects(client.request('inquest/health', {}), is('agent-not-running'));
});

test('any pair of streams carries the protocol, and an end that breaks is noticed', async () => {
  await using server = await testServer();
  const raw = server.connect().socket;
  raw.removeAllListeners('data');
  const toAgent = new PassThrough();
  const fromAgent = new PassThrough();
  toAgent.pipe(raw);
  raw.pipe(fromAgent);
  const client = await connectStreams(fromAgent, toAgent, IDENTITY);
  assert.equal(client.hello.tier, 'sensitive');
  const ended = closing(client);
  toAgent.destroy(new Error('the tunnel broke'));
  assert.ok(is('agent-not-running')(await ended));
});
