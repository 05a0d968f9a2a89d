import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FrameDecoder, FrameError, nestsDeeperThan } from '../../../agent/domain/framing.ts';
import { testServer } from './harness.ts';
import { frame } from './raw-client.ts';

const LIMIT = 64 * 1_024;

/** mulberry32: the same bytes for the same seed, on every machine. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const WORDS = [
  'Content-Length: ',
  '\r\n',
  '\r\n\r\n',
  '7',
  '{"jsonrpc":"2.0"}',
  '"',
  '[',
  '\\',
  '\0',
  'ÿ',
  '__proto__',
];

function noise(next: () => number): Buffer {
  const parts = Array.from({ length: 1 + Math.floor(next() * 12) }, () => {
    if (next() < 0.5) return Buffer.from(WORDS[Math.floor(next() * WORDS.length)] ?? '');
    return Buffer.from(Array.from({ length: Math.floor(next() * 40) }, () => Math.floor(next() * 256)));
  });
  return Buffer.concat(parts);
}

test('however messages are cut into chunks, the same messages come out', () => {
  const texts = ['{}', '[]', '{"text":"äöü"}', '1'.repeat(5_000), ''];
  const stream = Buffer.from(texts.map(frame).join(''));
  for (let seed = 1; seed <= 200; seed += 1) {
    const next = random(seed);
    const decoder = new FrameDecoder(LIMIT);
    const bodies: string[] = [];
    for (let offset = 0; offset < stream.length;) {
      const end = offset + 1 + Math.floor(next() * (seed % 3 === 0 ? 3 : 2_000));
      bodies.push(...decoder.push(stream.subarray(offset, end)).map((body) => Buffer.from(body).toString()));
      offset = end;
    }
    assert.deepEqual(bodies, texts);
    assert.ok(decoder.idle);
  }
});

test('random bytes either make messages or a FrameError, never anything else', () => {
  for (let seed = 1; seed <= 5_000; seed += 1) {
    const next = random(seed);
    const decoder = new FrameDecoder(LIMIT);
    try {
      for (let count = 0; count < 10; count += 1) {
        for (const body of decoder.push(noise(next))) assert.ok(body.length <= LIMIT);
      }
    } catch (error) {
      assert.ok(error instanceof FrameError, String(error));
    }
  }
});

test('a server outlives random bytes and serves the next client', async () => {
  await using server = await testServer({ limits: { firstByteMs: 50, messageMs: 50, farewellMs: 50 } });
  for (let seed = 1; seed <= 150; seed += 1) {
    const next = random(seed);
    await using client = server.connect();
    for (let count = 0; count < 5; count += 1) {
      const bytes = noise(next);
      client.sendRaw(
        next() < 0.5 ? bytes : Buffer.concat([Buffer.from(`Content-Length: ${String(bytes.length)}\r\n\r\n`), bytes]),
      );
    }
    client.socket.end();
    await client.closed();
  }
  const client = await server.greet();
  client.request(1, 'inquest/health');
  assert.equal((await client.next()).id, 1);
  assert.ok(
    server.reports.every((report) => report.startsWith('There is no group')),
    server.reports.join('\n'),
  );
});

test('depth is counted outside strings only', () => {
  const bytes = (text: string): Buffer => Buffer.from(text);
  assert.ok(!nestsDeeperThan(bytes('[[[]]]'), 3));
  assert.ok(nestsDeeperThan(bytes('[{"a":[[]]}]'), 3));
  assert.ok(!nestsDeeperThan(bytes('["[[[[[", "\\"[[[[", "\\\\"]'), 1));
  assert.ok(!nestsDeeperThan(bytes(']]]][[[['), 4));
});
