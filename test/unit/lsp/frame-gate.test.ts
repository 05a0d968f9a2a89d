import assert from 'node:assert/strict';
import { buffer } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { FrameGate } from '../../../agent/lsp/frame-gate.ts';

const LIMIT = 20;

const frame = (body: string, more = ''): string => `${more}Content-Length: ${String(body.length)}\r\n\r\n${body}`;

async function pass(input: string, chunkBytes: number): Promise<{ text: string; skipped: number[] }> {
  const skipped: number[] = [];
  const bytes = Buffer.from(input);
  const chunks = Array.from({ length: Math.ceil(bytes.length / chunkBytes) }, (_, index) =>
    bytes.subarray(index * chunkBytes, (index + 1) * chunkBytes),
  );
  const gate = Readable.from(chunks).pipe(new FrameGate(LIMIT, (size) => skipped.push(size)));
  return { text: (await buffer(gate)).toString(), skipped };
}

test('small messages pass unchanged, large ones are dropped whole, however the bytes arrive', async () => {
  const kept = [frame('{"a":1}'), frame('x'.repeat(LIMIT)), frame('', 'Content-Type: x\r\n'), frame('{"b":2}')];
  const input = [kept[0], frame('y'.repeat(LIMIT + 1)), kept[1], frame('z'.repeat(500)), kept[2], kept[3]].join('');
  for (const chunkBytes of [1, 2, 3, 7, 64, 10_000]) {
    assert.deepEqual(await pass(input, chunkBytes), { text: kept.join(''), skipped: [LIMIT + 1, 500] });
  }
});

test('a stream that ends inside of a message ends', async () => {
  assert.deepEqual(await pass(`${frame('ok')}Content-Length: 9\r\n\r\nabc`, 4), {
    text: `${frame('ok')}Content-Length: 9\r\n\r\nabc`,
    skipped: [],
  });
  assert.deepEqual((await pass('Content-Length: 100\r\n\r\nabc', 4)).text, '');
});

test('what is not a message breaks the stream', async () => {
  await assert.rejects(pass('GET / HTTP/1.1\r\n\r\n', 5), /no Content-Length/);
  await assert.rejects(pass('Content-Length: -1\r\n\r\n', 5), /no Content-Length/);
  await assert.rejects(pass('Content-Length: 1e3\r\n\r\n', 5), /no Content-Length/);
  for (const chunkBytes of [1, 1_000, 100_000])
    await assert.rejects(pass('x'.repeat(10_000), chunkBytes), /does not end/);
});
