import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { RpcError } from '../../../../agent/domain/protocol.ts';
import {
  createHostConnection,
  DEFAULT_HOST_SETTINGS,
  HostError,
  type HostConnection,
  type HostConnectionOptions,
  type HostSettings,
  type HostState,
} from '../../../../extension/hosts/index.ts';
import { GALLERY, killHostDeath, oomDeath } from '../../../support/death-gallery.ts';
import { startFakeAgent } from '../../../support/fake-agent.ts';
import { waitFor } from '../../../support/process-tree.ts';

const TIMEOUT_MS = 10_000;
const LONG_MS = 60_000;

describe('a connection to a host', () => {
  let folder: string;
  let socket: string;
  const log: string[] = [];
  const connections: HostConnection[] = [];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'conn-'));
    socket = join(folder, 'agent.sock');
    log.length = 0;
  });

  afterEach(async () => {
    for (const connection of connections.splice(0)) connection.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  function make(settings: Partial<HostSettings> = {}, more: Partial<HostConnectionOptions> = {}): HostConnection {
    const note = (message: string): void => {
      log.push(message);
    };
    const nobody = (): never => assert.fail('nobody is asked here');
    const connection = createHostConnection({
      settings: { ...DEFAULT_HOST_SETTINGS, socket, command: join(folder, 'inquest'), ...settings },
      identity: { clientName: 'test', clientVersion: '0.1.0', timeoutMs: 5_000 },
      prompter: { passphrase: nobody, password: nobody, keyboardInteractive: nobody, confirmHostKey: nobody },
      log: { debug: note, info: note, warn: note },
      backoff: { minMs: 10, maxMs: 50 },
      ...more,
    });
    connections.push(connection);
    return connection;
  }

  /** An `inquest` command of which only its being there counts, or which runs a script. */
  async function command(script = 'exit 1'): Promise<void> {
    await writeFile(join(folder, 'inquest'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }

  function record(connection: HostConnection): string[] {
    const states: string[] = [];
    connection.onState((state: HostState) => {
      states.push('failure' in state ? `${state.kind} ${state.failure.reason}` : state.kind);
    });
    return states;
  }

  async function reasonOf(promise: Promise<unknown>): Promise<string> {
    try {
      await promise;
    } catch (error) {
      if (error instanceof HostError) return error.failure.reason;
      throw error;
    }
    return 'none';
  }

  test('goes from idle to connected and back, and names its way in the log', async () => {
    await using agent = await startFakeAgent({ socket, deaths: [oomDeath] });
    const connection = make();
    const states = record(connection);
    assert.equal(connection.state.kind, 'idle');
    await Promise.all([connection.connect(), connection.connect({ attended: false })]);
    await connection.connect();
    const { deaths } = await connection.request('deaths/list', {});
    assert.equal(deaths.length, 1);
    connection.disconnect();
    assert.deepEqual(states, ['connecting', 'connected', 'idle']);
    assert.equal(await reasonOf(connection.request('inquest/health', {})), 'connection-lost');
    assert.ok(log.some((line) => line.includes('connected by the local socket, forward')));
    assert.ok(agent.asked.includes('deaths/subscribe'));
  });

  test('comes back after the agent was away, reports each change once, and resumes where it was', async () => {
    let agent = await startFakeAgent({ socket, deaths: [oomDeath] });
    const connection = make();
    await command();
    const seen: number[] = [];
    const states = record(connection);
    connection.onChange(({ change }) => {
      seen.push(change);
    });
    try {
      await connection.connect();
      await agent.subscribed(1);
      agent.announce(killHostDeath);
      assert.ok(await waitFor(() => seen.length === 1, TIMEOUT_MS));
      await agent.stop();
      assert.ok(await waitFor(() => states.includes('waiting agent-not-running'), TIMEOUT_MS));
      assert.notEqual(await reasonOf(connection.request('inquest/health', {})), 'none');
      agent = await startFakeAgent({ socket, deaths: Object.values(GALLERY) });
      assert.ok(await waitFor(() => seen.length === 6, TIMEOUT_MS), JSON.stringify(seen));
      assert.deepEqual(seen, [2, 3, 4, 5, 6, 7]);
      assert.equal(states[2], 'waiting connection-lost');
    } finally {
      await agent.stop();
    }
  });

  test('what happened since a change of long ago is reported on the first connection', async () => {
    await using agent = await startFakeAgent({ socket, deaths: Object.values(GALLERY) });
    const connection = make({}, { after: 5 });
    const seen: number[] = [];
    connection.onChange(({ change }) => {
      seen.push(change);
    });
    await connection.connect();
    await agent.subscribed(1);
    assert.ok(await waitFor(() => seen.length === 2, TIMEOUT_MS));
    assert.deepEqual([seen, connection.lastChange], [[6, 7], 7]);
  });

  test('a listener that fails keeps nobody else from hearing', async () => {
    await using agent = await startFakeAgent({ socket });
    const connection = make();
    const seen: number[] = [];
    const off = connection.onChange(() => {
      throw new Error('listener broke');
    });
    connection.onChange(({ change }) => {
      seen.push(change);
    });
    await connection.connect();
    await agent.subscribed(1);
    agent.announce(oomDeath);
    assert.ok(await waitFor(() => seen.length === 1, TIMEOUT_MS));
    off();
    agent.announce(killHostDeath);
    assert.ok(await waitFor(() => seen.length === 2, TIMEOUT_MS));
    assert.equal(log.filter((line) => line.includes('listener broke')).length, 1);
  });

  test('a change whose listener lost the connection comes again', async () => {
    let agent = await startFakeAgent({ socket });
    const connection = make();
    await command();
    let calls = 0;
    connection.onChange(async () => {
      calls += 1;
      if (calls > 1) return;
      await agent.stop();
      assert.ok(await waitFor(() => connection.lastChange === undefined, TIMEOUT_MS));
      await connection.request('inquest/health', {});
    });
    try {
      await connection.connect();
      await agent.subscribed(1);
      agent.announce(oomDeath);
      assert.ok(await waitFor(() => connection.state.kind === 'waiting', TIMEOUT_MS));
      agent = await startFakeAgent({ socket, deaths: [oomDeath] });
      assert.ok(await waitFor(() => connection.lastChange === 1, TIMEOUT_MS));
      assert.equal(calls, 2);
    } finally {
      await agent.stop();
    }
  });

  test('somebody who connects does not wait for the backoff', async () => {
    const connection = make({}, { backoff: { minMs: LONG_MS, maxMs: LONG_MS } });
    assert.equal(await reasonOf(connection.connect()), 'agent-not-installed');
    const { state } = connection;
    assert.ok(state.kind === 'waiting' && state.retryAt > Date.now() + LONG_MS / 2);
    await using _agent = await startFakeAgent({ socket });
    await connection.connect();
    assert.equal(connection.state.kind, 'connected');
  });

  test('what no further attempt can mend stays failed, until somebody connects', async () => {
    const strange = await answering(RpcError.Incompatible, { protocolVersion: 0 });
    const connection = make();
    assert.equal(await reasonOf(connection.connect()), 'agent-too-old');
    assert.equal(connection.state.kind, 'failed');
    await stop(strange);
    await using _agent = await startFakeAgent({ socket });
    await connection.connect();
    assert.equal(connection.state.kind, 'connected');
  });

  test('an agent that is newer, one that says nothing of its version, and one that turns us away', async () => {
    const rows = [
      [RpcError.Incompatible, { protocolVersion: 9 }, 'agent-too-new'],
      [RpcError.Incompatible, undefined, 'agent-too-old'],
      [RpcError.TooManyRequests, undefined, 'agent-failed'],
    ] as const;
    for (const [code, data, reason] of rows) {
      const server = await answering(code, data);
      const connection = make();
      assert.equal(await reasonOf(connection.connect()), reason);
      connection.dispose();
      await stop(server);
    }
  });

  test('an agent that leaves without a word, but is there, is tried by its command', async () => {
    const server = createServer((peer) => peer.destroy());
    await listen(server);
    await command('exit 1');
    assert.equal(await reasonOf(make({ route: 'forward' }).connect()), 'agent-not-running');
    await stop(server);
  });

  test('the reasons of this machine: no command, no agent, a path that is none', async () => {
    assert.equal(await reasonOf(make().connect()), 'agent-not-installed');
    await command();
    assert.equal(await reasonOf(make().connect()), 'agent-not-running');
    assert.equal(await reasonOf(make({ route: 'dial-stdio' }).connect()), 'agent-not-running');
    assert.equal(await reasonOf(make({ target: '-x' }).connect()), 'configuration');
    assert.equal(
      await reasonOf(make({ target: 'a', transport: 'openssh', sshPath: '/no/ssh' }).connect()),
      'configuration',
    );
  });

  test('disconnecting ends an attempt that is under way', async () => {
    const server = createServer((peer) => peer.resume());
    await listen(server);
    const connection = make();
    const outcome = reasonOf(connection.connect());
    assert.ok(await waitFor(() => log.length > 0, TIMEOUT_MS));
    connection.disconnect();
    assert.equal(await outcome, 'cancelled');
    assert.equal(connection.state.kind, 'idle');
    await stop(server);
  });

  test('what is disposed stays so', async () => {
    const connection = make();
    connection.dispose();
    assert.equal(await reasonOf(connection.connect()), 'cancelled');
  });

  const servers = new Map<Server, Set<{ destroy(): unknown }>>();

  async function listen(server: Server): Promise<void> {
    const peers = new Set<{ destroy(): unknown }>();
    servers.set(server, peers);
    server.on('connection', (peer) => {
      peers.add(peer);
      peer.on('error', () => peer.destroy());
    });
    await new Promise<void>((resolve) => {
      server.listen(socket, resolve);
    });
  }

  async function stop(server: Server): Promise<void> {
    for (const peer of servers.get(server) ?? []) peer.destroy();
    await new Promise<void>((resolve) => {
      server.close(() => {
        resolve();
      });
    });
  }

  /** Answers the greeting with an error. */
  async function answering(code: number, data: unknown): Promise<Server> {
    const server = createServer((peer) => {
      peer.once('data', () => {
        const body = JSON.stringify({ jsonrpc: '2.0', id: 0, error: { code, message: 'no', data } });
        peer.write(`Content-Length: ${String(Buffer.byteLength(body))}\r\n\r\n${body}`);
      });
    });
    await listen(server);
    return server;
  }
});
