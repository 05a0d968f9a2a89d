import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { KIND, PROTOCOL, RUNTIME } from '../../../agent/native/layout.ts';
import type { Listener } from '../../native/support.ts';

const PATH = '/tmp/docker.sock';
const TEXT_MAX = 256;

/** Somebody speaks to what listens as a runtime does: the request has to be seen, with who wrote it. */
export async function askRuntime(listener: Listener, container: string): Promise<void> {
  const server = createServer((socket) => socket.on('error', () => undefined).resume());
  server.listen(PATH);
  await once(server, 'listening');
  try {
    listener.session.watchRuntimes([{ path: PATH, runtime: RUNTIME.docker, protocol: PROTOCOL.http, uid: 0 }]);
    const client = connect(PATH);
    await once(client, 'connect');
    const line = `POST /v1.41/containers/${container}/stop HTTP/1.1`;
    client.write(`${line}\r\nHost: docker\r\n\r\n`);
    const record = await listener.wait(
      KIND.runtimeRequest,
      (one) => one.text('runtime_request.text', TEXT_MAX) === line,
    );
    assert.equal(record.u32('runtime_request.client/process.pid'), process.pid);
    client.destroy();
  } finally {
    server.close();
    await once(server, 'close');
  }
}
