import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { placeText } from '../../../agent/domain/log-place.ts';
import type { LogTail } from '../../../agent/domain/evidence.ts';
import { US_PER_SECOND } from '../../../agent/domain/time.ts';
import type { FoundClue } from '../../../agent/explain/log-patterns/find.ts';
import { findClue } from '../../../agent/explain/log-patterns/find.ts';
import { LOG_PATTERNS } from '../../../agent/explain/log-patterns/index.ts';

const DIED_AT = 1_000 * US_PER_SECOND;

function tail(lines: readonly string[], at?: number): LogTail {
  return {
    kind: 'log_tail',
    lines: lines.map((text) => ({ stream: 'stderr', text, ...(at === undefined ? {} : { at }) })),
    truncated: false,
    redactions: 0,
  };
}

function clueIn(lines: readonly string[], programs: readonly string[] = [], at?: number): FoundClue | undefined {
  return findClue(tail(lines, at), { diedAt: DIED_AT, programs: new Set(programs) });
}

describe('log patterns', () => {
  for (const { id, example, says, advice } of LOG_PATTERNS) {
    test(`${id} recognises its example, and no other row takes it`, () => {
      const found = clueIn(example.lines, example.programs);
      assert.equal(found?.row.id, id);
      assert.equal(found.clue.line, example.quote);
      assert.equal(placeText(found.clue), example.place);
      // In the midst of what a program says otherwise, and with the line ends of Windows.
      const amid = ['starting', 'ready', ...example.lines.map((line) => `${line}\r`), 'exit status 1'];
      assert.equal(clueIn(amid, example.programs)?.row.id, id, 'amid other lines');
      for (const text of [says, advice]) assert.match(text, /\.$/, text);
    });
  }

  test('have names of their own', () => {
    const ids = LOG_PATTERNS.map(({ id }) => id);
    assert.deepEqual(ids, [...new Set(ids)]);
  });

  /** What a pattern costs is bounded by its form: a line is read once, with a bounded look ahead at each place. */
  describe('take steps in proportion to the length of a line', () => {
    for (const { id, pattern, continues, follows, precedes } of LOG_PATTERNS) {
      test(id, () => {
        for (const { source, flags } of [pattern, continues, follows, precedes].filter((one) => one !== undefined)) {
          const bare = source.replaceAll(/\\./g, 'x').replaceAll(/\[[^\]]*\]/g, 'x');
          assert.doesNotMatch(bare, /[*+]|\{\d+,\}/, `an open repetition in ${source}`);
          assert.doesNotMatch(
            bare,
            /\([^()]*\{\d+,\d+\}[^()]*\)\{\d+,(?:[3-9]|\d\d)/,
            `nested repetition in ${source}`,
          );
          assert.doesNotMatch(flags, /[gy]/, 'a pattern that remembers where it was');
        }
      });
    }

    test('and give up on a line made to hold them up', () => {
      const hostile = ['a', ' ', ':', '(', 'Error: ', 'fork ', "thread '", 'at ', '/x:1:', 'java.lang.', '\tat a.b('];
      for (const piece of hostile)
        assert.equal(clueIn([piece.repeat(65_536 / piece.length)])?.row.means ?? 'error', 'error');
    });
  });
});

describe('the line that matters', () => {
  test('is the last one that is recognised, and what only follows from it does not hide it', () => {
    const found = clueIn([
      '[1] [INFO] Starting gunicorn 23.0.0',
      '[7] [ERROR] Exception in worker process',
      'Traceback (most recent call last):',
      '  File "/usr/lib/python3/dist-packages/gunicorn/arbiter.py", line 609, in spawn_worker',
      '  File "/app/wsgi.py", line 3, in <module>',
      "ModuleNotFoundError: No module named 'shop'",
      '[7] [INFO] Worker exiting (pid: 7)',
      '[1] [ERROR] Reason: Worker failed to boot.',
    ]);
    assert.equal(found?.row.id, 'python.import');
    assert.equal(placeText(found.clue), '/app/wsgi.py:3');
  });

  test('is the root of a chain of exceptions', () => {
    const found = clueIn([
      'Exception in thread "main" org.springframework.beans.BeanCreationException: Error creating bean',
      '\tat org.springframework.boot.SpringApplication.run(SpringApplication.java:315)',
      '\tat com.shop.App.main(App.java:11)',
      'Caused by: java.net.ConnectException: Connection refused',
      '\tat java.base/sun.nio.ch.Net.pollConnect(Native Method)',
      '\tat com.shop.db.Pool.open(Pool.java:61)',
      '\t... 23 more',
    ]);
    assert.equal(found?.row.id, 'dependency.refused');
    assert.deepEqual([found.clue.runtime, placeText(found.clue)], ['The JVM', 'com/shop/db/Pool.java:61']);
  });

  test('is the message of an error, not a field of the object that Node.js prints below it', () => {
    const found = clueIn([
      'node:events:505',
      "    throw er; // Unhandled 'error' event",
      '    ^',
      '',
      'Error: listen EADDRINUSE: address already in use :::8080',
      '    at Server.setupListenHandle [as _listen2] (node:net:2328:16)',
      '    at Server.<anonymous> (/app/server.js:9:12)',
      "Emitted 'error' event on Server instance at:",
      '    at emitErrorNT (node:net:2416:8) {',
      "  code: 'EADDRINUSE',",
      '  errno: -98,',
      "  syscall: 'listen',",
      '}',
      'Node.js v24.11.0',
    ]);
    assert.equal(found?.row.id, 'kernel.port-in-use');
    assert.equal(found.clue.line, 'Error: listen EADDRINUSE: address already in use :::8080');
    assert.equal(placeText(found.clue), '/app/server.js:9');
    // Cut off above, the field is all that is left.
    assert.equal(clueIn(["  code: 'EADDRINUSE',", '}'])?.row.id, 'kernel.port-in-use');
  });

  test('is not one that was lived through', () => {
    const lines = ['java.lang.OutOfMemoryError: Java heap space'];
    assert.equal(clueIn(lines, [], DIED_AT - 61 * US_PER_SECOND), undefined);
    assert.equal(clueIn(lines, [], DIED_AT - US_PER_SECOND)?.row.id, 'jvm.heap');
  });

  test('is none that any program says in passing, far from the end', () => {
    const passing = ['redis: connection refused, using a cache in memory'];
    assert.equal(clueIn([...passing, ...Array.from({ length: 12 }, () => 'served GET /')]), undefined);
    assert.equal(clueIn(passing)?.row.id, 'dependency.refused');
  });

  test('names files inside code, never what is in no file', () => {
    const found = clueIn([
      'Traceback (most recent call last):',
      '  File "<string>", line 1, in <module>',
      'ValueError: no',
    ]);
    assert.equal(found?.row.id, 'python.exception');
    assert.equal(placeText(found.clue), undefined);
  });

  test('is shown escaped and bounded', () => {
    const found = clueIn([`panic: \u001b[31m${'x'.repeat(4_000)}`]);
    assert.ok(found !== undefined && found.clue.line.length < 200);
    assert.ok(!found.clue.line.includes('\u001b'));
  });
});
