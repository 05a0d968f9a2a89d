import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Death, Wound } from '../../../agent/domain/death.ts';
import { container, containerId, death, deathId, START, temporaryDirectory, temporaryStore } from './support.ts';

function wound(seed: string, over: Partial<Wound> = {}, more: Partial<Death> = {}): Death {
  return death(seed, {
    wound: { signature: 'worker', count: 1, firstAt: START, lastAt: START, ...over },
    ...more,
  });
}

describe('wounds in the store', () => {
  it('are in no list of deaths, but in their own and in one of both', async (t) => {
    const store = temporaryStore(t);
    store.record(wound('w'));
    store.record(death('d'));
    const idsOf = async (what?: 'deaths' | 'wounds' | 'all'): Promise<readonly string[]> => {
      const { deaths } = await store.reader.list(what === undefined ? {} : { what });
      return deaths.map(({ id }) => id);
    };
    assert.deepEqual(await idsOf(), [deathId('d')]);
    assert.deepEqual(await idsOf('deaths'), [deathId('d')]);
    assert.deepEqual(await idsOf('wounds'), [deathId('w')]);
    assert.deepEqual(await idsOf('all'), [deathId('d'), deathId('w')]);
    assert.equal((await store.reader.stats()).deaths, 1);
  });

  it('are found by their own id, never by the name of their container', async (t) => {
    const store = temporaryStore(t);
    store.record(wound('w'));
    assert.deepEqual(await store.reader.find('web'), { kind: 'none' });
    assert.deepEqual(await store.reader.find(containerId('web')), { kind: 'none' });
    assert.deepEqual(await store.reader.byContainer(containerId('web')), []);
    const found = await store.reader.find(deathId('w'));
    assert.ok(found.kind === 'found' && found.death.wound?.count === 1);
  });

  it('share change numbers with deaths, so that a subscription resumes over both', async (t) => {
    const store = temporaryStore(t);
    const first = store.record(wound('w'));
    store.record(death('d'));
    store.record(wound('w', { count: 7 }));
    const after = await store.reader.list({ changedAfter: first.change, what: 'all' });
    assert.deepEqual(
      after.deaths.map(({ id, wound: mark }) => [id, mark?.count]),
      [
        [deathId('d'), undefined],
        [deathId('w'), 7],
      ],
    );
  });

  it('grow by a count alone: no evidence and no revision is added by a repetition', async (t) => {
    const store = temporaryStore(t);
    for (let count = 1; count <= 50; count += 1) {
      const lastAt = START + count;
      const evidence = death('x').evidence.map((one) => ({ ...one, at: lastAt }));
      store.record(wound('w', { count, lastAt }, { evidence }));
    }
    const kept = await store.reader.get(deathId('w'));
    assert.equal(kept?.wound?.count, 50);
    assert.equal(kept.evidence.length, 1);
    assert.equal((await store.reader.revisions(deathId('w'))).length, 1);
  });

  it('are open until their container has ended, over a restart of the agent', async (t) => {
    const directory = temporaryDirectory(t);
    const first = temporaryStore(t, { directory });
    first.record(wound('w'));
    first.record(wound('v', {}, { container: container('other') }));
    await first.close();
    const second = temporaryStore(t, { directory });
    assert.deepEqual(
      second.openWounds(containerId('web')).map(({ id }) => id),
      [deathId('w')],
    );
    assert.equal(second.openWounds().length, 2);
    second.record(wound('w', { end: { deathId: deathId('d'), at: START + 9, led: true } }));
    assert.deepEqual(second.openWounds(containerId('web')), []);
    second.record(wound('w', { count: 2 }));
    assert.equal((await second.reader.get(deathId('w')))?.wound?.end?.led, true);
  });

  it('never push out a death', async (t) => {
    const store = temporaryStore(t, { deathsPerContainer: 2 });
    store.record(death('d'));
    for (let number = 0; number < 150; number += 1) store.record(wound(`w${String(number)}`));
    assert.equal((await store.reader.list({})).deaths.length, 1);
    assert.equal((await store.reader.list({ what: 'wounds', limit: 500 })).deaths.length, 100);
  });
});
