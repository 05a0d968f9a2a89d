import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { describe, it } from 'node:test';
import { death, deathId, START, temporaryDirectory, temporaryStore } from './support.ts';

describe('the outbox', () => {
  it('keeps nothing for nobody, and every change for each topic from its registration on', (t) => {
    const store = temporaryStore(t);
    store.record(death('before'));
    assert.deepEqual(store.outbox.pending('otlp', 10), []);
    store.outbox.register('otlp');
    store.outbox.register('otlp');
    store.outbox.register('fleet');
    store.record(death('a'));
    store.record(death('a', { settled: true }));
    const expected = [
      { change: 2, deathId: deathId('a'), createdAt: START },
      { change: 3, deathId: deathId('a'), createdAt: START },
    ];
    assert.deepEqual(store.outbox.pending('otlp', 10), expected);
    assert.deepEqual(store.outbox.pending('fleet', 1), expected.slice(0, 1));
  });

  it('forgets what was acknowledged, for that topic only', (t) => {
    const store = temporaryStore(t);
    store.outbox.register('otlp');
    store.outbox.register('fleet');
    store.recordAll([death('a'), death('b'), death('c')]);
    store.outbox.acknowledge('otlp', 2);
    const changes = (topic: string): readonly number[] => store.outbox.pending(topic, 10).map(({ change }) => change);
    assert.deepEqual([changes('otlp'), changes('fleet')], [[3], [1, 2, 3]]);
    store.outbox.unregister('fleet');
    store.record(death('d'));
    assert.deepEqual([changes('otlp'), changes('fleet')], [[3, 4], []]);
  });

  it('does not enter a change that changed nothing', (t) => {
    const store = temporaryStore(t);
    store.outbox.register('otlp');
    store.record(death('a'));
    store.record(death('a'));
    assert.equal(store.outbox.pending('otlp', 10).length, 1);
  });

  it('stays as it is when the store is opened again', async (t) => {
    const directory = temporaryDirectory(t);
    const first = temporaryStore(t, { directory });
    first.outbox.register('otlp');
    first.record(death('a'));
    await first.close();
    const second = temporaryStore(t, { directory });
    second.record(death('b'));
    assert.deepEqual(
      second.outbox.pending('otlp', 10).map(({ deathId: id }) => id),
      [deathId('a'), deathId('b')],
    );
  });

  it('counts what retention removed before it was acknowledged', (t) => {
    const store = temporaryStore(t, { deathsPerContainer: 2 });
    store.outbox.register('otlp');
    store.recordAll(['a', 'b', 'c', 'd', 'e'].map((seed) => death(seed)));
    assert.deepEqual(
      store.outbox.pending('otlp', 10).map(({ change }) => change),
      [4, 5],
    );
    assert.equal(store.outbox.dropped('otlp'), 3);
    assert.equal(store.outbox.dropped('other'), 0);
  });

  it('is written with the death or not at all', async (t) => {
    const store = temporaryStore(t);
    store.outbox.register('otlp');
    store.record(death('a'));
    const saboteur = new DatabaseSync(store.path);
    t.after(() => {
      saboteur.close();
    });
    saboteur.exec("CREATE TRIGGER refuse BEFORE INSERT ON outbox BEGIN SELECT raise(ABORT, 'no outbox today'); END");
    assert.throws(() => store.record(death('b')), { reason: 'store-failed', message: /no outbox today/ });
    assert.throws(() => store.record(death('a', { settled: true })), { reason: 'store-failed' });
    assert.deepEqual(
      (await store.reader.list({})).deaths.map(({ id, revision }) => [id, revision]),
      [[deathId('a'), 1]],
    );
    assert.equal((await store.reader.revisions(deathId('a'))).length, 1);
    saboteur.exec('DROP TRIGGER refuse');
    assert.equal(store.record(death('b')).change, 2);
  });
});
