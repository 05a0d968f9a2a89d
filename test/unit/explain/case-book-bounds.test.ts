import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Signal } from '../../../agent/domain/signals.ts';
import { addAll, newBook, only, since, stopped } from '../../support/books.ts';
import { Life } from '../../support/life.ts';
import { personOnHost } from '../../support/senders.ts';

describe('bounds', () => {
  test('a container that runs 100,000 programs keeps a bounded case and its cause', () => {
    const life = new Life();
    const book = newBook();
    const main = life.main(['/bin/sh', '-c', 'while true; do date; done']);
    addAll(book, life.records);
    for (let round = 0; round < 100_000; round += 1) {
      const before = life.records.length;
      const child = life.child(main, ['date']);
      life.exit(child, 0);
      addAll(book, since(life, before));
      life.records.length = before;
    }
    life.signal(Signal.KILL, main, personOnHost());
    life.killed(main, Signal.KILL);
    addAll(book, life.records);
    const { verdict, evidence } = only(book.take(life.now));
    assert.deepEqual([verdict.cause, verdict.certainty], ['kill.host', 'certain']);
    assert.ok(evidence.length < 400, String(evidence.length));
    assert.match(verdict.headline, /sh \(PID 1\)/);
  });

  test('identities are bounded, and those of open cases stay', () => {
    const life = new Life();
    const book = newBook();
    book.identify(life.identity);
    life.main(['nginx']);
    addAll(book, life.records);
    for (let index = 0; index < 20_000; index += 1) {
      const id = index.toString(16).padStart(64, '0');
      book.identify({ id, source: 'runtime', runtime: 'docker', name: `c${String(index)}`, labels: {} });
    }
    assert.equal(book.identity(life.id).name, 'web');
    assert.equal(book.identity('0'.repeat(64)).name, undefined);
    assert.equal(book.identity((19_999).toString(16).padStart(64, '0')).name, 'c19999');
  });

  test('evidence of containers that never get a case is bounded', () => {
    const book = newBook();
    for (let index = 0; index < 10_000; index += 1) {
      const life = new Life({ id: index.toString(16).padStart(64, '0'), kernelWatched: false });
      life.docker('create');
      addAll(book, life.records);
    }
    const late = new Life({ id: (0).toString(16).padStart(64, '0') });
    stopped(late);
    addAll(book, late.records);
    assert.ok(only(book.take(late.now)).evidence.every(({ data }) => data.kind !== 'runtime_event'));
  });
});

describe('several containers', () => {
  test('two that die in the same moment have a verdict each', () => {
    const one = new Life({ id: '1'.repeat(64), run: '1', identity: { name: 'one' } });
    const two = new Life({ id: '2'.repeat(64), run: '2', identity: { name: 'two' } });
    const book = newBook();
    const victim = one.main(['nginx']);
    stopped(two);
    one.now = two.now - 40;
    one.signal(Signal.KILL, victim, personOnHost());
    one.killed(victim, Signal.KILL);
    const merged = [...one.records, ...two.records].sort((a, b) => a.at - b.at);
    addAll(book, merged);
    const verdicts = book.take(two.now);
    assert.deepEqual(verdicts.map(({ container, verdict }) => [container.id.slice(0, 1), verdict.cause]).sort(), [
      ['1', 'kill.host'],
      ['2', 'stop.graceful'],
    ]);
    assert.deepEqual(
      new Set(verdicts.map(({ evidence }) => new Set(evidence.map(({ containerId }) => containerId)).size)),
      new Set([1]),
    );
  });

  test('what touches all of them reaches every open case', () => {
    const one = new Life({ id: '1'.repeat(64), run: '1' });
    const two = new Life({ id: '2'.repeat(64), run: '2' });
    const book = newBook();
    const victim = one.main(['nginx']);
    two.main(['nginx']);
    one.wait(100).daemonLost();
    one.gap(['signal_sent']);
    one.killed(victim, Signal.KILL);
    addAll(book, [...two.records, ...one.records]);
    const { verdict } = only(book.take(one.now));
    assert.deepEqual([verdict.cause, verdict.complete], ['unknown', false]);
    assert.equal(book.latest(two.id)?.has('evidence_gap'), true);
    assert.equal(book.latest(two.id)?.has('runtime_connection'), true);
  });

  test('a daemon that is lost revises the deaths it explains, and leaves the others as they are', () => {
    const asked = new Life({ id: '1'.repeat(64), run: '1' });
    const other = new Life({ id: '2'.repeat(64), run: '2' });
    const book = newBook();
    stopped(asked);
    const main = other.main(['sh']);
    other.now = asked.now;
    other.exit(main, 3);
    addAll(book, [...asked.records, ...other.records]);
    for (const { file } of book.take(asked.now)) book.settle(file, asked.now);
    const before = asked.records.length;
    asked.wait(300).daemonLost();
    addAll(book, since(asked, before));
    const revised = only(book.take(asked.now));
    assert.equal(revised.container.id, asked.id);
    assert.equal(revised.verdict.cause, 'stop.shutdown');
  });
});
