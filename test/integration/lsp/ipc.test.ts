import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createMessageConnection, IPCMessageReader, IPCMessageWriter } from 'vscode-jsonrpc/node';
import type { InitializeAnswer } from '../../support/lsp-client.ts';
import { plainEnvironment } from '../../support/inquest.ts';

const SERVER = fileURLToPath(new URL('../../../extension/server/main.ts', import.meta.url));

function start() {
  const child = fork(SERVER, ['--node-ipc'], { env: plainEnvironment(), stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
  const connection = createMessageConnection(new IPCMessageReader(child), new IPCMessageWriter(child));
  connection.listen();
  return { child, connection, ended: once(child, 'exit') };
}

test('over the channel of an extension host: served, and ended as asked', async () => {
  const { child, connection, ended } = start();
  try {
    const answer: InitializeAnswer = await connection.sendRequest('initialize', {
      processId: null,
      rootUri: null,
      capabilities: {},
    });
    assert.equal(answer.serverInfo.name, 'inquest');
    await connection.sendRequest('shutdown');
    await connection.sendNotification('exit');
    assert.deepEqual(await ended, [0, null]);
  } finally {
    connection.dispose();
    child.kill('SIGKILL');
  }
});

test('an extension host that goes away takes the server with it', async () => {
  const { child, connection, ended } = start();
  try {
    await connection.sendRequest('initialize', { processId: null, rootUri: null, capabilities: {} });
    child.disconnect();
    assert.deepEqual(await ended, [1, null]);
  } finally {
    connection.dispose();
    child.kill('SIGKILL');
  }
});
