import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { KIND, PROTOCOL, RUNTIME } from '../../agent/native/layout.ts';
import { FakeContainer, Listener, ended, skip } from './support.ts';
import type { RawRecord } from './support.ts';

const STOP = 'POST /v1.41/containers/web/stop?t=1 HTTP/1.1\r\nHost: docker\r\nX-Registry-Auth: hush\r\n\r\n';

/** A program that connects to $1 and writes $2. */
const CLIENT =
  'import socket,sys;s=socket.socket(socket.AF_UNIX);s.connect(sys.argv[1]);s.sendall(sys.argv[2].encode())';

function textOf(record: RawRecord): string {
  return record.text('runtime_request.text', 256);
}

/** Someone listening on a Unix socket, as a runtime does. */
async function listen(path: string): Promise<Server> {
  const server = createServer((socket) => socket.on('error', () => undefined).resume());
  server.listen(path);
  await once(server, 'listening');
  return server;
}

async function dial(path: string): Promise<Socket> {
  const socket = connect(path);
  await once(socket, 'connect');
  return socket;
}

describe('who speaks to a runtime’s socket', { skip }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'inq-request-'));
  const docker = join(folder, 'docker.sock');
  const containerd = join(folder, 'containerd.sock');
  const foreign = join(folder, 'foreign.sock');
  const others = join(folder, 'other.sock');
  const servers: Server[] = [];
  let listener: Listener;

  before(async () => {
    for (const path of [docker, containerd, foreign, others]) servers.push(await listen(path));
    listener = new Listener();
    listener.session.watchRuntimes([
      { path: docker, runtime: RUNTIME.docker, protocol: PROTOCOL.http, uid: 0 },
      { path: containerd, runtime: RUNTIME.containerd, protocol: PROTOCOL.opaque, uid: 0 },
      { path: foreign, runtime: RUNTIME.docker, protocol: PROTOCOL.http, uid: 4242 },
    ]);
  });

  after(() => {
    for (const server of servers) server.close();
    listener.session.detach();
    rmSync(folder, { recursive: true, force: true });
  });

  it('keeps the request line and who wrote it, and nothing of headers or body', async () => {
    const child = spawn('python3', ['-c', CLIENT, docker, STOP]);
    const record = await listener.wait(
      KIND.runtimeRequest,
      (r) => r.u32('runtime_request.client/process.pid') === child.pid,
    );
    assert.equal(textOf(record), 'POST /v1.41/containers/web/stop?t=1 HTTP/1.1');
    assert.doesNotMatch(record.bytes.toString('latin1', 0, record.at('runtime_request.ancestors')), /hush/);
    assert.equal(record.text('runtime_request.socket', 112), docker);
    assert.equal(record.u32('runtime_request.client/process.uid'), 0);
    assert.equal(record.u32('runtime_request.ancestors/ancestor.pid'), process.pid);
    assert.deepEqual(record.argv().slice(-2), [docker, STOP]);
    assert.equal(record.container, 0n);
    await ended(child);
  });

  it('sees each request of a connection that stays open', async () => {
    const socket = await dial(docker);
    for (const name of ['first', 'second']) {
      socket.write(`DELETE /containers/${name}?force=1 HTTP/1.1\r\n\r\n`);
      const record = await listener.wait(KIND.runtimeRequest, (r) => textOf(r).includes(`/${name}?`));
      assert.equal(record.u32('runtime_request.client/process.pid'), process.pid);
    }
    socket.destroy();
  });

  it('passes over what asks for nothing, other sockets, and a listener that is somebody else', async () => {
    const silent = [
      [docker, 'GET /containers/passed-over/json HTTP/1.1\r\n\r\n'],
      [docker, 'POST /images/create?fromImage=passed-over HTTP/1.1\r\n\r\n'],
      [others, 'POST /containers/passed-over/stop HTTP/1.1\r\n\r\n'],
      [foreign, 'POST /containers/passed-over/stop HTTP/1.1\r\n\r\n'],
    ] as const;
    for (const [path, text] of silent) execFileSync('python3', ['-c', CLIENT, path, text]);
    execFileSync('python3', ['-c', CLIENT, docker, 'POST /containers/the-end/stop HTTP/1.1\r\n\r\n']);
    await listener.wait(KIND.runtimeRequest, (r) => textOf(r).includes('the-end'));
    assert.equal(
      listener.find(KIND.runtimeRequest, (r) => textOf(r).includes('passed-over')),
      undefined,
    );
  });

  it('names the container that a client runs in', async () => {
    const container = new FakeContainer();
    try {
      const child = container.run(['/usr/bin/python3', '-c', CLIENT, docker, STOP]);
      const record = await listener.wait(KIND.runtimeRequest, (r) => r.container === container.cgroupId);
      assert.equal(record.u32('runtime_request.client/process.pid'), child.pid);
      await ended(child);
    } finally {
      await container.remove();
    }
  });

  it('takes no socket of a container for the runtime’s, whatever its path', async () => {
    const path = join(folder, 'impostor.sock');
    const container = new FakeContainer();
    listener.session.watchRuntimes([
      { path, runtime: RUNTIME.docker, protocol: PROTOCOL.http, uid: 0 },
      { path: docker, runtime: RUNTIME.docker, protocol: PROTOCOL.http, uid: 0 },
      { path: containerd, runtime: RUNTIME.containerd, protocol: PROTOCOL.opaque, uid: 0 },
    ]);
    try {
      const serve =
        'import socket,sys;s=socket.socket(socket.AF_UNIX);s.bind(sys.argv[1]);s.listen();c,_=s.accept();c.recv(1);c.recv(999)';
      const server = container.run(['/usr/bin/python3', '-c', serve, path]);
      const text = 'POST /containers/forged/stop HTTP/1.1\r\n\r\n';
      const listening = 'import os,sys,time\nwhile not os.path.exists(sys.argv[1]): time.sleep(.01)\ntime.sleep(.2)\n';
      const wait = `${listening}${CLIENT}`;
      execFileSync('python3', ['-c', wait, path, text]);
      await ended(server);
      execFileSync('python3', ['-c', CLIENT, docker, 'POST /containers/genuine/stop HTTP/1.1\r\n\r\n']);
      await listener.wait(KIND.runtimeRequest, (r) => textOf(r).includes('genuine'));
      assert.equal(
        listener.find(KIND.runtimeRequest, (r) => textOf(r).includes('forged')),
        undefined,
      );
    } finally {
      await container.remove();
    }
  });

  it('tells of a binary protocol only who spoke, and not each time', async () => {
    const socket = await dial(containerd);
    for (let i = 0; i < 200; i++) socket.write(`PRI * POST /containers/hidden/stop ${String(i)}`);
    const record = await listener.wait(
      KIND.runtimeRequest,
      (r) => r.text('runtime_request.socket', 112) === containerd,
    );
    assert.equal(textOf(record), '');
    assert.equal(record.u32('runtime_request.protocol'), PROTOCOL.opaque);
    execFileSync('python3', ['-c', CLIENT, docker, 'POST /containers/afterwards/stop HTTP/1.1\r\n\r\n']);
    await listener.wait(KIND.runtimeRequest, (r) => textOf(r).includes('afterwards'));
    const all = listener.records.filter((r) => r.kind === KIND.runtimeRequest && textOf(r) === '');
    assert.ok(all.length <= 4, `${String(all.length)} records`);
    socket.destroy();
  });

  it('a client that floods hides only itself, and what it did is counted', async () => {
    const flood =
      'import socket,sys\nfor i in range(2000):\n s=socket.socket(socket.AF_UNIX);s.connect(sys.argv[1]);s.sendall(b"POST /containers/flood/stop HTTP/1.1\\r\\n\\r\\n");s.close()';
    // Not synchronously: the server, which is this process, has to accept.
    assert.equal(await ended(spawn('python3', ['-c', flood, docker])), '0');
    execFileSync('python3', ['-c', CLIENT, docker, 'POST /containers/not-hidden/stop HTTP/1.1\r\n\r\n']);
    await listener.wait(KIND.runtimeRequest, (r) => textOf(r).includes('not-hidden'));
    await listener.settle();
    const counter = listener.session.counters().kinds.find(({ kind }) => kind === KIND.runtimeRequest);
    assert.ok(counter !== undefined && counter.suppressed > 0n);
    assert.equal(counter.seen, counter.written + counter.lost + counter.suppressed);
    assert.equal(counter.received, counter.written);
  });
});
