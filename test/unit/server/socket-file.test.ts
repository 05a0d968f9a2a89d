import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, lstatSync, statSync } from 'node:fs';
import { chmod, link, mkdir, readdir, readFile, rm, symlink, unlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { InquestError, type ErrorReason } from '../../../agent/domain/errors.ts';
import { activatedSocket } from '../../../agent/server/activation.ts';
import { withClaimLock } from '../../../agent/server/claim-lock.ts';
import { findGroup, gidIn } from '../../../agent/server/groups.ts';
import { startServer, type RunningServer, type ServerOptions } from '../../../agent/server/server.ts';
import { FakeAgent } from './fake-agent.ts';
import { credentialsOf, temporaryDirectory } from './harness.ts';
import { RawClient } from './raw-client.ts';

const PERMISSIONS = 0o7777;
const isRoot = process.getuid?.() === 0;

function start(socket: string, options: Partial<ServerOptions> = {}): Promise<RunningServer> {
  return startServer(
    {
      socket,
      socketGroup: 'no-such-group',
      sensitiveGroup: 'no-such-group',
      peerCredentials: () => credentialsOf(0),
      report: () => undefined,
      env: {},
      ...options,
    },
    new FakeAgent(),
  );
}

function failsFor(reason: ErrorReason): (error: unknown) => boolean {
  return (error) => error instanceof InquestError && error.reason === reason && error.next !== undefined;
}

/** Leaves the socket of a listener that is gone. */
async function leaveStaleSocket(path: string): Promise<void> {
  const script = `require('node:net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))`;
  const child = spawn(process.execPath, ['-e', script, path], { stdio: 'ignore' });
  await once(child, 'exit');
  assert.ok(lstatSync(path).isSocket());
}

test('the socket is there for its owner and group, in a directory that is made for it', async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 'run', 'inquest', 'agent.sock');
  const server = await start(path);
  try {
    assert.equal(server.socket, path);
    assert.equal(statSync(path).mode & PERMISSIONS, 0o660);
    assert.equal(statSync(join(directory.path, 'run', 'inquest')).mode & PERMISSIONS, 0o755);
    assert.deepEqual(await readdir(join(directory.path, 'run', 'inquest')), ['.agent.sock.lock', 'agent.sock']);
    assert.equal(statSync(join(directory.path, 'run', 'inquest', '.agent.sock.lock')).mode & PERMISSIONS, 0o600);
  } finally {
    await server.close();
  }
  assert.ok(!existsSync(path));
});

test('at no instant can anybody else reach the socket', { skip: isRoot ? false : 'needs root' }, async () => {
  await using directory = await temporaryDirectory();
  await chmod(directory.path, 0o755);
  const path = join(directory.path, 'agent.sock');
  const groupFile = join(directory.path, 'group');
  await writeFile(groupFile, 'root:x:0:\ninquest:x:4321:\n');
  const script = `
    const { lstatSync, readdirSync } = require('node:fs');
    const { join } = require('node:path');
    const [directory] = process.argv.slice(1);
    const seen = new Set();
    const look = (path, inside) => {
      try {
        const { mode, gid } = lstatSync(path);
        seen.add([inside ? 'nursery' : path.slice(directory.length + 1), (mode & 0o7777).toString(8), gid].join(' '));
      } catch (error) {
        if (error.code !== 'ENOENT') throw error;
      }
    };
    process.on('disconnect', () => process.exit());
    process.on('message', () => process.send([...seen]));
    process.send('watching');
    const poll = () => {
      for (let round = 0; round < 200; round += 1) {
        look(join(directory, 'agent.sock'), false);
        for (const name of readdirSync(directory)) if (name.startsWith('.new-')) look(join(directory, name), true);
      }
      setImmediate(poll);
    };
    poll();`;
  const watcher = spawn(process.execPath, ['-e', script, directory.path], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  try {
    await once(watcher, 'message');
    const umask = process.umask(0);
    try {
      for (let round = 0; round < 20; round += 1) {
        const server = await start(path, { socketGroup: 'inquest', groupFile });
        await server.close();
      }
    } finally {
      process.umask(umask);
    }
    watcher.send('report');
    const report: readonly unknown[] = await once(watcher, 'message');
    const seen = report[0];
    assert.ok(Array.isArray(seen));
    const allowed: readonly unknown[] = ['agent.sock 660 4321', 'nursery 700 0'];
    assert.deepEqual(
      seen.filter((sight) => !allowed.includes(sight)),
      [],
    );
    assert.ok(seen.includes(allowed[0]));
  } finally {
    watcher.disconnect();
    await once(watcher, 'exit');
  }
});

test('a second agent on the same socket is told so, and the first goes on', async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 'agent.sock');
  const first = await start(path);
  try {
    await assert.rejects(
      start(path),
      (error) => failsFor('agent-already-running')(error) && String(error).includes(path),
    );
    await using client = new RawClient(path);
    assert.equal((await client.hello()).error, undefined);
  } finally {
    await first.close();
  }
});

test('of agents that start in the same instant one wins', async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 'agent.sock');
  await leaveStaleSocket(path);
  const outcomes = await Promise.allSettled(Array.from({ length: 5 }, () => start(path)));
  const running = outcomes.filter((outcome) => outcome.status === 'fulfilled').map(({ value }) => value);
  try {
    assert.equal(running.length, 1);
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') assert.ok(failsFor('agent-already-running')(outcome.reason));
    }
    await using client = new RawClient(path);
    assert.equal((await client.hello()).error, undefined);
  } finally {
    for (const server of running) await server.close();
  }
});

test('the socket of an agent that was killed is replaced', async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 'agent.sock');
  await leaveStaleSocket(path);
  const server = await start(path);
  try {
    await using client = new RawClient(path);
    assert.equal((await client.hello()).error, undefined);
  } finally {
    await server.close();
  }
});

for (const [what, make] of [
  ['a file', (path: string) => writeFile(path, 'precious')],
  ['a directory', (path: string) => mkdir(path)],
  ['a symbolic link', (path: string) => symlink('/nowhere', path)],
] as const) {
  test(`${what} at the path is refused and left alone`, async () => {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, 'agent.sock');
    await make(path);
    const before = lstatSync(path).ino;
    await assert.rejects(start(path), failsFor('bad-settings'));
    assert.equal(lstatSync(path).ino, before);
    if (what === 'a file') assert.equal(await readFile(path, 'utf8'), 'precious');
  });
}

test('a path that is too long or cannot be made is refused with what to do', async () => {
  await using directory = await temporaryDirectory();
  await assert.rejects(start(join(directory.path, 'a'.repeat(100))), failsFor('bad-settings'));
  await writeFile(join(directory.path, 'file'), '');
  await assert.rejects(start(join(directory.path, 'file', 'agent.sock')), failsFor('no-permission'));
  await assert.rejects(start(join(directory.path, 'file', 'below', 'agent.sock')), failsFor('no-permission'));
});

test('closing leaves a socket alone that is not its own any more', async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 'agent.sock');
  const server = await start(path);
  await unlink(path);
  const other = createServer().listen(join(directory.path, 'other'));
  try {
    await once(other, 'listening');
    await link(join(directory.path, 'other'), path);
    await server.close();
    assert.ok(lstatSync(path).isSocket());
  } finally {
    other.close();
  }
});

test('closing does not mind that its socket is gone', async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 'agent.sock');
  const server = await start(path);
  await rm(path);
  await server.close();
});

test('the lock of a claim is gone with a holder that is killed', async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 'lock');
  const module = new URL('../../../agent/server/claim-lock.ts', import.meta.url).href;
  const script = `import { withClaimLock } from ${JSON.stringify(module)};
    await withClaimLock(${JSON.stringify(path)}, () => { process.send('held'); return new Promise(() => setInterval(() => 0, 1000)); });`;
  const holder = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const gone = once(holder, 'exit');
  try {
    await once(holder, 'message');
    await assert.rejects(
      withClaimLock(path, async () => 'taken'),
      failsFor('agent-already-running'),
    );
  } finally {
    holder.kill('SIGKILL');
    await gone;
  }
  assert.equal(await withClaimLock(path, async () => 'taken'), 'taken');
});

test('a socket of systemd is served as it is and left in place', async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 'agent.sock');
  // Closing the listener removes the name it was bound to: the second name stays, served by the agent alone.
  const listener = createServer().listen(join(directory.path, 'bound'));
  await once(listener, 'listening');
  await link(join(directory.path, 'bound'), path);
  const urlOf = (file: string): string => JSON.stringify(new URL(file, import.meta.url).href);
  const script = `import { startServer } from ${urlOf('../../../agent/server/server.ts')};
    import { FakeAgent } from ${urlOf('./fake-agent.ts')};
    const server = await startServer({
      socket: '/nonexistent/agent.sock', socketGroup: 'x', sensitiveGroup: 'x', report: () => undefined,
      peerCredentials: () => ({ pid: 1, uid: 0, gid: 0, groups: [] }),
      env: { LISTEN_PID: String(process.pid), LISTEN_FDS: '1' },
    }, new FakeAgent());
    process.on('message', async () => { await server.close(); process.disconnect(); });
    process.send(server.socket ?? 'activated');`;
  const descriptor: unknown = Reflect.get(Object(Reflect.get(listener, '_handle')), 'fd');
  assert.ok(typeof descriptor === 'number');
  const agent = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'ignore', 'inherit', descriptor, 'ipc'],
  });
  const gone = once(agent, 'exit');
  try {
    const answer: readonly unknown[] = await once(agent, 'message');
    assert.equal(answer[0], 'activated');
    listener.close();
    await using client = new RawClient(path);
    assert.equal((await client.hello()).error, undefined);
    agent.send('close');
    await gone;
    assert.ok(lstatSync(path).isSocket());
  } finally {
    agent.kill('SIGKILL');
    await gone;
    listener.close();
  }
});

test('activation is for the process it names, and for one socket', () => {
  assert.equal(activatedSocket({ LISTEN_PID: '7', LISTEN_FDS: '1' }, 7), 3);
  assert.equal(activatedSocket({ LISTEN_PID: '8', LISTEN_FDS: '1' }, 7), undefined);
  assert.equal(activatedSocket({ LISTEN_PID: '7' }, 7), undefined);
  assert.equal(activatedSocket({}, 7), undefined);
  assert.throws(() => activatedSocket({ LISTEN_PID: '7', LISTEN_FDS: '2' }, 7), failsFor('bad-settings'));
});

test('a group is found by its exact name', async () => {
  const text = 'root:x:0:\ninquest-old:x:5:\n#inquest:x:6\ninquest:x:998:alice,bob\nbroken:x\nodd:x:-1:\n';
  assert.equal(gidIn(text, 'inquest'), 998);
  assert.equal(gidIn(text, 'broken'), undefined);
  assert.equal(gidIn(text, 'odd'), undefined);
  assert.equal(gidIn(text, 'alice'), undefined);
  assert.equal(await findGroup('inquest', '/nonexistent/group'), undefined);
  await assert.rejects(findGroup('inquest', '/'), /EISDIR/);
});
