import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { US_PER_SECOND } from '../../../../agent/domain/time.ts';
import { DeathList } from '../../../../extension/deaths/death-list.ts';
import { parseFilter } from '../../../../extension/deaths/filter.ts';
import type { SeenState } from '../../../../extension/deaths/seen.ts';
import { NOW, summary, TestStore } from './support.ts';

function listWith(kept = new Map<string, SeenState>()): { list: DeathList; changes: () => number } {
  let changes = 0;
  const list = new DeathList({
    now: () => NOW,
    memory: { load: (hostId) => kept.get(hostId), save: (hostId, state) => kept.set(hostId, state) },
    onChange: () => {
      changes += 1;
    },
  });
  return { list, changes: () => changes };
}

function names(list: DeathList): readonly (string | undefined)[] {
  return list.entries().map(({ death }) => death.containerName);
}

function stored(count: number, hostId?: string): TestStore {
  return new TestStore(
    Array.from({ length: count }, (_, index) => summary(index + 1)),
    hostId,
  );
}

describe('the list of deaths', () => {
  it('reads the newest hundred, and older ones only when asked to, five hundred at a time', async () => {
    const { list } = listWith();
    const store = stored(750);
    await list.connect(store);
    assert.equal(list.entries().length, 100);
    assert.equal(list.hasMore, true);
    await list.loadMore();
    assert.equal(list.entries().length, 600);
    await list.loadMore();
    assert.equal(list.entries().length, 750);
    assert.equal(list.hasMore, false);
    assert.equal(store.asked.length, 3);
  });

  it('shows nothing that is older than what was read of every host', async () => {
    const { list } = listWith();
    await list.connect(stored(150, 'busy'));
    await list.connect(new TestStore([summary(1, { containerName: 'old' }), summary(149)], 'calm'));
    assert.ok(!names(list).includes('old'), 'the busy host has deaths between this one and what is shown');
    await list.loadMore();
    assert.ok(names(list).includes('old'));
  });

  it('tells of what died while nobody was connected, each once', async () => {
    const { list } = listWith();
    const store = stored(3);
    assert.deepEqual(await list.connect(store), []);
    store.put(summary(4));
    store.put(summary(5));
    const missed = await list.connect(store);
    assert.deepEqual(
      missed.map(({ death }) => death.sequence),
      [4, 5],
    );
    assert.deepEqual(await list.catchUp('local'), []);
    assert.deepEqual(names(list), ['web-5', 'web-4', 'web-3', 'web-2', 'web-1']);
  });

  it('takes a revision for what it is: the same row, no news', async () => {
    const { list } = listWith();
    const store = stored(2);
    await list.connect(store);
    store.put(summary(1, { headline: 'Revised.', revision: 2 }));
    assert.deepEqual(await list.catchUp('local'), []);
    const headlines = list.entries().map(({ death }) => death.headline);
    assert.equal(headlines.length, 2);
    assert.ok(headlines.includes('Revised.'));
  });

  it('begins anew when the host has another store', async () => {
    const { list } = listWith();
    const store = stored(30);
    await list.connect(store);
    list.markAllSeen();
    store.deaths = [summary(1, { containerName: 'first of the new store' })];
    await list.catchUp('local');
    assert.deepEqual(names(list), ['first of the new store']);
    assert.equal(list.unseen().length, 1);
  });

  it('filters by what the agent can and by what only we can', async () => {
    const { list } = listWith();
    const store = new TestStore([
      summary(1, { containerName: 'a' }),
      summary(2, { containerName: 'b', cause: 'stop.graceful' }),
      summary(3, { containerName: 'c', image: 'other' }),
    ]);
    await list.connect(store);
    await list.setFilter(parseFilter('is:oom image:other').filter);
    assert.deepEqual(names(list), ['c']);
    assert.ok(store.asked.some(({ filter }) => filter?.cause === 'oom'));
    store.put(summary(4, { containerName: 'd', image: 'other' }));
    store.put(summary(5, { containerName: 'e', cause: 'kill.host', image: 'other' }));
    const fresh = await list.catchUp('local');
    assert.equal(fresh.length, 2, 'news does not depend on what the view is filtered by');
    assert.deepEqual(names(list), ['d', 'c']);
    await list.setFilter(parseFilter('').filter);
    assert.equal(names(list).length, 5);
  });

  it('reads on until there is a hit when pages hold none', async () => {
    const { list } = listWith();
    const deaths = Array.from({ length: 450 }, (_, index) =>
      summary(index + 1, { containerName: index === 20 ? 'needle' : 'hay' }),
    );
    await list.connect(new TestStore(deaths));
    await list.setFilter(parseFilter('name:needle').filter);
    assert.deepEqual(names(list), []);
    await list.loadMore();
    assert.deepEqual(names(list), ['needle']);
  });

  it('keeps what was seen, also over a restart of the editor', async () => {
    const kept = new Map<string, SeenState>();
    const { list } = listWith(kept);
    const store = stored(4);
    await list.connect(store);
    assert.equal(list.unseen().length, 4);
    const third = list.entries().filter(({ death }) => death.sequence === 3);
    list.markSeen(third);
    assert.equal(list.unseen().length, 3);
    const { list: reopened } = listWith(kept);
    await reopened.connect(store);
    assert.deepEqual(
      reopened.unseen().map(({ death }) => death.sequence),
      [4, 2, 1],
    );
    reopened.markAllSeen();
    store.put(summary(9));
    await reopened.catchUp('local');
    assert.deepEqual(
      reopened.unseen().map(({ death }) => death.sequence),
      [9],
    );
  });

  it('does not call it news what happened long before the host was added', async () => {
    const { list } = listWith();
    const day = 86_400 * US_PER_SECOND;
    await list.connect(new TestStore([summary(1, { at: NOW - day }), summary(2, { at: NOW - 5 * US_PER_SECOND })]));
    assert.deepEqual(
      list.unseen().map(({ death }) => death.sequence),
      [2],
    );
  });

  it('forgets a host that is gone, and says that something changed', async () => {
    const { list, changes } = listWith();
    await list.connect(stored(2));
    const before = changes();
    list.remove('local');
    assert.deepEqual(names(list), []);
    assert.ok(changes() > before);
    list.remove('local');
    assert.equal(list.find({ hostId: 'local', deathId: summary(1).id }), undefined);
  });

  it('goes on after an answer that failed', async () => {
    const { list } = listWith();
    const store = stored(1);
    await list.connect(store);
    const failing = { hostId: 'local', label: 'local', list: () => Promise.reject(new Error('lost')) };
    await assert.rejects(list.connect(failing), /lost/);
    store.put(summary(2));
    assert.equal((await list.connect(store)).length, 1);
  });
});
