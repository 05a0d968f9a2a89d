import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { GapTable } from '../../../agent/store/gaps.ts';
import { migrate } from '../../../agent/store/migrate.ts';
import type { DeathStore } from '../../../agent/store/open.ts';
import {
  container,
  DAY_US,
  death,
  deathId,
  gap,
  START,
  temporaryDirectory,
  temporaryStore,
  verdict,
} from './support.ts';

function retainAll(store: DeathStore): number {
  let deleted = 0;
  for (;;) {
    const result = store.retain();
    deleted += result.deleted;
    if (!result.more) return deleted;
  }
}

async function namesIn(store: DeathStore): Promise<readonly (string | undefined)[]> {
  return (await store.reader.list({ limit: 500 })).deaths.map(({ containerName }) => containerName);
}

describe('retention', () => {
  it('removes deaths and gaps that were known for longer than it should keep them', async (t) => {
    let now = START;
    const store = temporaryStore(t, { retentionDays: 7, now: () => now });
    store.record(death('old'));
    store.recordGap(gap(START));
    now = START + 6 * DAY_US;
    store.record(death('found late', { at: START - 60 * DAY_US, origin: 'reconciled' }));
    assert.equal(retainAll(store), 0);
    now = START + 7 * DAY_US + 1;
    assert.equal(retainAll(store), 1);
    assert.deepEqual(
      (await store.reader.list({})).deaths.map(({ id }) => id),
      [deathId('found late')],
    );
    assert.deepEqual(await store.reader.gaps(0, now), []);
    assert.equal(await store.reader.get(deathId('old')), undefined);
    assert.deepEqual(await store.reader.revisions(deathId('old')), []);
  });

  it('keeps the database below its size, the newest deaths in it, and the file shrinks', async (t) => {
    const bytes = 1_048_576;
    const store = temporaryStore(t, { retentionBytes: bytes });
    for (let round = 0; round < 10; round += 1) {
      // Random digits do not compress, so that every body has its 6 KB.
      const noise = (): string => Array.from({ length: 600 }, () => String(Math.random())).join('');
      const batch = Array.from({ length: 30 }, (_, index) =>
        death(`${String(round)}-${String(index)}`, { host: 'node-1', verdict: verdict({ notes: [noise()] }) }),
      );
      store.recordAll(batch);
    }
    const before = (await store.reader.stats()).bytes;
    const deleted = retainAll(store);
    const after = await store.reader.stats();
    assert.ok(deleted > 0 && after.deaths === 300 - deleted && after.deaths > 0);
    assert.ok((await store.reader.get(deathId('9-29'))) !== undefined);
    assert.equal(await store.reader.get(deathId('0-0')), undefined);
    await store.close();
    const file = readFileSync(store.path).length;
    assert.ok(file <= bytes + 300_000 && file < before, `${String(file)} of ${String(before)}`);
  });

  it('works in batches, so that no transaction is long', (t) => {
    const store = temporaryStore(t, { retentionBytes: 0 });
    store.recordAll(Array.from({ length: 100 }, (_, index) => death(String(index))));
    const { deleted, more } = store.retain();
    assert.ok(deleted < 100 && more);
    assert.equal(retainAll(store) + deleted, 100);
  });

  it('wipes what it removed', async (t) => {
    const secret = 'zanzibar-quokka';
    const store = temporaryStore(t, { retentionBytes: 0 });
    store.record(death('a', { container: container(secret) }));
    retainAll(store);
    await store.close();
    assert.ok(!readFileSync(store.path).includes(secret));
  });

  it('runs by itself', async (t) => {
    const store = temporaryStore(t, { retentionBytes: 0, retentionIntervalMs: 1 });
    store.recordAll(Array.from({ length: 40 }, (_, index) => death(String(index))));
    for (;;) {
      if ((await store.reader.stats()).deaths === 0) break;
      await delay(5);
    }
    assert.equal(store.problem(), undefined);
  });

  it('keeps at most 10,000 gaps, the newest', (t) => {
    const database = new DatabaseSync(':memory:');
    t.after(() => {
      database.close();
    });
    migrate(database);
    const gaps = new GapTable(database);
    database.exec('BEGIN');
    for (let number = 1; number <= 10_002; number += 1) gaps.add(gap(number));
    database.exec('COMMIT');
    const kept = database.prepare('SELECT count(*) AS kept, min(at) AS oldest FROM gaps').get();
    assert.deepEqual({ ...kept }, { kept: 10_000, oldest: 3 });
  });
});

describe('the quota of a container', () => {
  it('drops the oldest deaths of a crash loop and nobody else’s', async (t) => {
    const store = temporaryStore(t, { deathsPerContainer: 3 });
    store.record(death('quiet', { container: container('quiet') }));
    for (let index = 0; index < 10; index += 1) {
      // The id changes at every turn, as with compose; name and image stay.
      store.record(death(`loop ${String(index)}`, { container: container('loop', { id: String(index).repeat(64) }) }));
    }
    assert.deepEqual(await namesIn(store), ['loop', 'loop', 'loop', 'quiet']);
    const kept = (await store.reader.list({ filter: { container: 'loop' } })).deaths.map(({ id }) => id);
    assert.deepEqual(kept, ['loop 9', 'loop 8', 'loop 7'].map(deathId));
  });

  it('counts a pod’s container as one although the runtime names every attempt anew', async (t) => {
    const store = temporaryStore(t, { deathsPerContainer: 2 });
    for (let attempt = 0; attempt < 5; attempt += 1) {
      const labels = {
        'io.kubernetes.pod.namespace': 'shop',
        'io.kubernetes.pod.name': 'cart-0',
        'io.kubernetes.container.name': 'cart',
      };
      const name = `k8s_cart_cart-0_shop_uid_${String(attempt)}`;
      store.record(death(name, { container: container(name, { labels }) }));
    }
    assert.deepEqual(await namesIn(store), ['k8s_cart_cart-0_shop_uid_4', 'k8s_cart_cart-0_shop_uid_3']);
  });

  it('goes by the id where the name is not known, and catches up when it was lowered', async (t) => {
    const directory = temporaryDirectory(t);
    const nameless = { id: 'f'.repeat(64), source: 'kernel' as const, runtime: 'unknown' as const, labels: {} };
    const first = temporaryStore(t, { directory });
    first.recordAll(['a', 'b', 'c', 'd'].map((seed) => death(seed, { container: nameless })));
    await first.close();
    const second = temporaryStore(t, { directory, deathsPerContainer: 2 });
    second.record(death('e', { container: nameless }));
    assert.deepEqual(
      (await second.reader.list({})).deaths.map(({ id }) => id),
      ['e', 'd'].map(deathId),
    );
  });
});
