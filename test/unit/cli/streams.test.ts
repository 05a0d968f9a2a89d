import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { deathReportSchema } from '../../../agent/cli/schemas.ts';
import { killHostDeath, oomDeath } from '../../support/death-gallery.ts';
import { segfaultDeath } from '../../support/segfault-death.ts';
import { deathId } from '../../support/deaths.ts';
import { startFakeAgent } from '../../support/fake-agent.ts';
import { inquest, startInquest } from '../../support/inquest.ts';

test('a reader that has seen enough ends the list quietly', async () => {
  const letters = Array.from('abcdefghijklmnopqrstuvwxyz');
  const deaths = letters.flatMap((a) => letters.map((b) => ({ ...oomDeath, id: deathId(a + b) })));
  await using agent = await startFakeAgent({ deaths });
  await using run = startInquest(['deaths', '--json', '--limit', '600', '--socket', agent.socket]);
  await run.shows('stdout', '\n');
  run.child.stdout?.destroy();
  assert.equal(await run.ended, 0);
  assert.equal(run.text('stderr'), '');
});

test('watch shows each death once, goes on where it was when the agent is back, and ends quietly with Ctrl-C', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'inquest-watch-'));
  const socket = join(folder, 'agent.sock');
  const first = await startFakeAgent({ socket, deaths: [oomDeath] });
  let second: Awaited<ReturnType<typeof startFakeAgent>> | undefined;
  try {
    await using run = startInquest(['watch', '--socket', socket]);
    await first.subscribed(1);
    first.announce(killHostDeath);
    await run.shows('stdout', 'redis-cache');
    await first.stop();
    await run.shows('stderr', 'The agent went away.');
    // The crash happened while nobody was connected.
    second = await startFakeAgent({ socket, deaths: [oomDeath, killHostDeath, segfaultDeath] });
    await run.shows('stdout', 'image-resizer');
    await run.shows('stderr', 'is back');
    run.child.kill('SIGINT');
    assert.equal(await run.ended, 130);
    const lines = run.text('stdout').trimEnd().split('\n');
    assert.equal(lines.length, 2, run.text('stdout'));
    assert.match(lines[0] ?? '', /^06:17:04 {2}redis-cache +137 KILL +killed from host +alice killed/);
    assert.match(lines[1] ?? '', /image-resizer +139 SEGV +segfault/);
  } finally {
    await first.stop();
    await second?.stop();
    await rm(folder, { recursive: true, force: true });
  }
});

test('watch --json prints a report for each new death and each new revision', async () => {
  await using agent = await startFakeAgent();
  await using run = startInquest(['watch', '--json', '--socket', agent.socket]);
  await agent.subscribed(1);
  agent.announce({ ...killHostDeath, settled: false });
  await run.shows('stdout', '"settled":false');
  agent.announce(killHostDeath);
  await run.shows('stdout', '"settled":true');
  run.child.kill('SIGINT');
  assert.equal(await run.ended, 130);
  const reports = run
    .text('stdout')
    .trimEnd()
    .split('\n')
    .map((line) => deathReportSchema.parse(JSON.parse(line)));
  assert.deepEqual(
    reports.map(({ settled }) => settled),
    [false, true],
  );
});

test('watch without an agent fails at once', async () => {
  const { code, stderr } = await inquest(['watch', '--socket', '/nonexistent/agent.sock']);
  assert.equal(code, 1);
  assert.match(stderr, /No agent is running/);
});

/** A server that hands every connection to the test. */
async function listen(onPeer: (peer: Socket) => void): Promise<AsyncDisposable & { readonly socket: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'inquest-dial-'));
  const socket = join(folder, 'agent.sock');
  const server = createServer({ allowHalfOpen: true }, onPeer);
  server.listen(socket);
  await once(server, 'listening');
  return {
    socket,
    [Symbol.asyncDispose]: async () => {
      server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

test('dial-stdio passes bytes as they are, and an answer that comes after the end of the input', async () => {
  const sent = Buffer.from(Array.from({ length: 300_000 }, (_, index) => index % 256));
  await using server = await listen((peer) => {
    const received: Buffer[] = [];
    peer.on('data', (chunk: Buffer) => received.push(chunk));
    peer.on('end', () => peer.end(Buffer.concat(received).reverse()));
  });
  await using run = startInquest(['dial-stdio', '--socket', server.socket]);
  const answered: Buffer[] = [];
  run.child.stdout?.setEncoding('latin1').on('data', (chunk: string) => answered.push(Buffer.from(chunk, 'latin1')));
  run.child.stdin?.end(sent);
  assert.equal(await run.ended, 0);
  assert.ok(Buffer.concat(answered).equals(sent.reverse()));
  assert.equal(run.text('stderr'), '');
});

test('dial-stdio ends when the agent hangs up, although its input stays open', async () => {
  await using server = await listen((peer) => {
    peer.resume();
    peer.end('bye');
  });
  await using run = startInquest(['dial-stdio', '--socket', server.socket]);
  assert.equal(await run.ended, 0);
  assert.equal(run.text('stdout'), 'bye');
});

test('dial-stdio without an agent writes nothing on standard output and ends with 1', async () => {
  const { stdout, stderr, code } = await inquest(['dial-stdio', '--socket', '/nonexistent/agent.sock'], { input: 'x' });
  assert.equal(code, 1);
  assert.equal(stdout, '');
  assert.match(stderr, /No agent is running/);
});
