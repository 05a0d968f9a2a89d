import assert from 'node:assert/strict';
import { createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { performance } from 'node:perf_hooks';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { MIB } from '../../../agent/domain/bytes.ts';
import { killHostDeath } from '../../support/death-gallery.ts';
import { startFakeAgent } from '../../support/fake-agent.ts';
import { inquest } from '../../support/inquest.ts';
import { startLsp } from '../../support/lsp-client.ts';

const DOCUMENT = 'untitled:Untitled-1';

test('a bare client: initialize, open, hover, change, shutdown, exit 0', async () => {
  await using server = startLsp();
  const { client } = server;
  const { capabilities, serverInfo } = await client.initialize();
  assert.equal(serverInfo.name, 'inquest');
  assert.deepEqual(capabilities, {
    positionEncoding: 'utf-16',
    hoverProvider: true,
    textDocumentSync: { openClose: true, change: 2 },
  });
  await client.open(DOCUMENT, '{\n  "ExitCode": 137,\n  "Line": 137\n}\n');
  const hover = await client.hover(DOCUMENT, 1, 8);
  assert.equal(hover?.contents.kind, 'markdown');
  assert.match(hover?.contents.value ?? '', /^\*\*Exit code 137\*\*/);
  assert.deepEqual(hover?.range, { start: { line: 1, character: 3 }, end: { line: 1, character: 17 } });
  assert.equal(await client.hover(DOCUMENT, 2, 12), null);
  await client.connection.sendNotification('textDocument/didChange', {
    textDocument: { uri: DOCUMENT, version: 2 },
    contentChanges: [{ range: { start: { line: 1, character: 14 }, end: { line: 1, character: 17 } }, text: '139' }],
  });
  assert.match((await client.hover(DOCUMENT, 1, 8))?.contents.value ?? '', /Exit code 139/);
  await client.shutdown();
  await client.exit();
  assert.equal(await server.ended, 0);
  assert.equal(server.stderr(), '');
});

test('exit without shutdown, and an editor that goes away, end with 1', async () => {
  await using unasked = startLsp();
  await unasked.client.initialize();
  await unasked.client.exit();
  assert.equal(await unasked.ended, 1);
  await using gone = startLsp();
  await gone.client.initialize();
  gone.stdin.end();
  assert.equal(await gone.ended, 1);
  await using orderly = startLsp();
  await orderly.client.initialize();
  await orderly.client.shutdown();
  orderly.stdin.end();
  assert.equal(await orderly.ended, 0);
});

test('an editor that dies in the middle of a message ends the server too', async () => {
  await using server = startLsp();
  await server.client.initialize();
  server.stdin.end('Content-Length: 100\r\n\r\n{"jsonrpc"');
  assert.equal(await server.ended, 1);
});

test('what is not the protocol ends the server instead of filling its memory', async () => {
  await using server = startLsp();
  server.stdin.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
  assert.equal(await server.ended, 1);
});

test('--stdio is needed, and wrong use says so', async () => {
  const { code, stderr } = await inquest(['lsp']);
  assert.equal(code, 2);
  assert.match(stderr, /needs --stdio[^]*inquest lsp --stdio/);
});

test('with an agent on this machine the hover says what really happened', async () => {
  await using agent = await startFakeAgent({ deaths: [killHostDeath] });
  await using server = startLsp(['--socket', agent.socket]);
  const { client } = server;
  await client.initialize({ markdown: false });
  await client.open(DOCUMENT, `redis-cache exited with code 137\nport 137\nredis-cache is ready`);
  const hover = await client.hover(DOCUMENT, 0, 20);
  assert.match(hover?.contents.value ?? '', /What really happened:/);
  assert.ok(hover?.contents.value.includes(`inquest explain ${killHostDeath.id}`));
  assert.ok(hover?.contents.value.includes(killHostDeath.verdict.headline));
  const named = await client.hover(DOCUMENT, 2, 3);
  assert.match(named?.contents.value ?? '', /^Container redis-cache\n/);
  assert.equal(await client.hover(DOCUMENT, 1, 6), null);
  await client.shutdown();
  await client.exit();
  assert.equal(await server.ended, 0);
  assert.ok(agent.asked.every((method) => method === 'inquest/hello' || method === 'deaths/list'));
});

const BIG_BYTES = 100 * MIB;
/** Measured: 3. A chunk, and what the collector leaves lying about. */
const READING_MIB = 32;
const HUGE_MIB = 400;
/**
 * Measured: 64 to 85 for messages of 100, 200, 400 and 800 MiB alike. They are the chunks of standard input that V8 has
 * not collected yet. A server that kept the message would need HUGE_MIB at the least.
 */
const SKIPPING_MIB = 160;
const LINE = `2026-11-23T06:17:04.123456Z INFO request 137 took 137 ms from 10.0.0.137 line 137 ${'x'.repeat(40)}\n`;

async function writeBigLog(path: string): Promise<number> {
  const file = createWriteStream(path);
  const block = LINE.repeat(10_000);
  let lines = 0;
  for (let bytes = 0; bytes < BIG_BYTES; bytes += block.length) {
    if (!file.write(block)) await once(file, 'drain');
    lines += 10_000;
  }
  file.end('shop-api-1 exited with code 137\n');
  await once(file, 'close');
  return lines;
}

async function residentMiB(pid: number, field: 'VmRSS' | 'VmHWM'): Promise<number> {
  const status = await readFile(`/proc/${String(pid)}/status`, 'utf8');
  return Number(new RegExp(`${field}:\\s+(\\d+) kB`).exec(status)?.[1]) / 1_024;
}

test('a log of 100 MB, read or sent: one line is looked at, and reading it takes next to no memory', async (context) => {
  const folder = await mkdtemp(join(tmpdir(), 'inquest-lsp-'));
  try {
    const path = join(folder, 'big.log');
    const last = await writeBigLog(path);
    const uri = pathToFileURL(path).href;
    await using server = startLsp();
    const { client, pid } = server;
    await client.initialize();
    await client.open(DOCUMENT, 'exit code 1');
    await client.hover(DOCUMENT, 0, 0);
    const before = await residentMiB(pid, 'VmHWM');

    const timed = async (line: number, character: number): Promise<readonly [number, string]> => {
      const start = performance.now();
      const hover = await client.hover(uri, line, character);
      return [performance.now() - start, hover?.contents.value ?? ''];
    };
    const [firstMs, first] = await timed(last, 20);
    const [againMs, again] = await timed(last, 20);
    const [middleMs, middle] = await timed(last / 2, 45);
    for (const text of [first, again]) assert.match(text, /Exit code 137/);
    assert.equal(middle, '');
    const afterReading = await residentMiB(pid, 'VmHWM');

    // What an editor does that has the file open: its whole text in one message.
    await client.open(uri, await readFile(path, 'utf8'));
    const [sentMs, sent] = await timed(last, 20);
    assert.match(sent, /Exit code 137/);
    assert.ok(client.logged.some((message) => message.includes('was not read. Large files are read from disk')));
    const afterSending = await residentMiB(pid, 'VmHWM');
    context.diagnostic(
      `100 MiB log: last line ${firstMs.toFixed(0)} ms, again ${againMs.toFixed(1)} ms, middle ${middleMs.toFixed(1)} ms, after didOpen of all of it ${sentMs.toFixed(0)} ms; peak memory ${before.toFixed(0)} MiB before, ${afterReading.toFixed(0)} MiB after reading, ${afterSending.toFixed(0)} MiB after didOpen`,
    );
    assert.ok(afterReading - before < READING_MIB, `reading took ${String(afterReading - before)} MiB`);
    await client.shutdown();
    await client.exit();
    assert.equal(await server.ended, 0);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test('memory for a message that is too large does not grow with its size', async (context) => {
  await using server = startLsp();
  const { client, pid, stdin } = server;
  await client.initialize();
  await client.hover(DOCUMENT, 0, 0);
  const before = await residentMiB(pid, 'VmHWM');
  stdin.write(`Content-Length: ${String(HUGE_MIB * MIB)}\r\n\r\n`);
  const block = Buffer.alloc(MIB, 'x');
  for (let sent = 0; sent < HUGE_MIB; sent += 1) if (!stdin.write(block)) await once(stdin, 'drain');
  // Answered after it: the stream is still in step.
  assert.equal(await client.hover(DOCUMENT, 0, 0), null);
  const growth = (await residentMiB(pid, 'VmHWM')) - before;
  context.diagnostic(`message of ${String(HUGE_MIB)} MiB: ${growth.toFixed(0)} MiB more at the peak`);
  assert.ok(growth < SKIPPING_MIB, `${String(growth)} MiB more`);
});

test('a file that is not there, a folder and a foreign address have no hover, and the server lives on', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'inquest-lsp-'));
  try {
    await writeFile(join(folder, 'a.log'), 'exit status 139\n');
    await using server = startLsp();
    const { client } = server;
    await client.initialize();
    for (const uri of [
      pathToFileURL(join(folder, 'none.log')).href,
      pathToFileURL(folder).href,
      'file://server/share/a.log',
      'http://127.0.0.1/a.log',
      'not an address',
    ]) {
      assert.equal(await client.hover(uri, 0, 0), null, uri);
    }
    const hover = await client.hover(pathToFileURL(join(folder, 'a.log')).href, 0, 0);
    assert.match(hover?.contents.value ?? '', /Exit code 139/);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
