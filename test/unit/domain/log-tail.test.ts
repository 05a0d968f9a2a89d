import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { buildLogTail, LOG_TAIL_BYTES, LOG_TAIL_LINES } from '../../../agent/domain/log-tail.ts';

describe('log tail', () => {
  const line = (text: string) => ({ stream: 'stdout', text }) as const;

  test('the oldest go first, by number and by bytes', () => {
    const byNumber = buildLogTail(
      Array.from({ length: 300 }, (_, index) => line(String(index))),
      false,
    );
    assert.equal(byNumber.lines.length, LOG_TAIL_LINES);
    assert.equal(byNumber.lines.at(-1)?.text, '299');
    assert.equal(byNumber.truncated, true);
    const byBytes = buildLogTail(
      Array.from({ length: 100 }, () => line('ü'.repeat(1_000))),
      false,
    );
    assert.equal(byBytes.lines.length, Math.floor(LOG_TAIL_BYTES / 2_000));
  });

  test('the message before a stack trace of a thousand lines is kept, and the trace is shortened', () => {
    const deep = Array.from({ length: 1_024 }, (_, index) => `\tat com.shop.Tree.depth(Tree.java:${String(index)})`);
    const { lines, truncated } = buildLogTail(
      ['ready', 'Exception in thread "main" java.lang.StackOverflowError', ...deep].map(line),
      false,
    );
    const texts = lines.map(({ text }) => text);
    assert.deepEqual(texts.slice(0, 3), [
      'ready',
      'Exception in thread "main" java.lang.StackOverflowError',
      '\tat com.shop.Tree.depth(Tree.java:0)',
    ]);
    assert.equal(texts.at(-1), '\tat com.shop.Tree.depth(Tree.java:1023)');
    assert.deepEqual(
      texts.filter((text) => text.startsWith('…')),
      [`… ${String(1_024 + 3 - texts.length)} lines are left out …`],
    );
    assert.equal(truncated, true);
  });

  test('of Go, the traces of all goroutines are one', () => {
    const goroutines = Array.from({ length: 200 }, (_, index) => [
      '',
      `goroutine ${String(index + 1)} [chan receive]:`,
      'main.worker(0x1)',
      '\t/src/shop/worker.go:31 +0x1d',
    ]).flat();
    const { lines } = buildLogTail(
      ['fatal error: all goroutines are asleep - deadlock!', ...goroutines].map(line),
      false,
    );
    assert.equal(lines[0]?.text, 'fatal error: all goroutines are asleep - deadlock!');
    assert.equal(lines.at(-1)?.text, '\t/src/shop/worker.go:31 +0x1d');
  });

  test('what fits is kept as it is', () => {
    const texts = ['Error: no', ...Array.from({ length: 90 }, () => '    at f (/app/a.js:1:1)')];
    assert.deepEqual(
      buildLogTail(texts.map(line), false).lines.map(({ text }) => text),
      texts,
    );
  });

  test('a key whose first line is dropped is still a key', () => {
    const key = [
      '-----BEGIN PRIVATE KEY-----',
      ...Array.from({ length: 3 }, () => 'MIIabc'),
      '-----END PRIVATE KEY-----',
    ];
    const tail = buildLogTail([...key, ...Array.from({ length: 198 }, () => 'x')].map(line), false);
    assert.ok(!JSON.stringify(tail).includes('MIIabc'));
    assert.equal(tail.redactions, 1);
  });
});
