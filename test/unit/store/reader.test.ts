import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { DeathFilter, ListResult } from '../../../agent/domain/protocol.ts';
import type { DeathStore } from '../../../agent/store/open.ts';
import { container, containerId, death, deathId, gap, START, temporaryStore, verdict } from './support.ts';

function filled(store: DeathStore): DeathStore {
  store.recordAll([
    death('oom', { at: START + 1, container: container('web', { labels: { team: 'shop', tier: 'front' } }) }),
    death('exit', {
      at: START + 2,
      container: container('db', { image: 'postgres:17', labels: { team: 'shop' } }),
      exit: { kind: 'exited', code: 1 },
      verdict: verdict({ cause: 'exit.error', headline: 'Exited with code 1: 100% of connections_max used' }),
    }),
    death('reported', {
      at: START + 3,
      container: container('100%_done\\'),
      exit: { kind: 'reported', code: 137 },
      verdict: verdict({ cause: 'unknown', certainty: 'unknown', headline: 'Unknown', complete: false }),
    }),
    death('never ran', {
      at: START + 4,
      container: container('broken'),
      exit: undefined,
      verdict: verdict({ cause: 'oom.host' }),
    }),
  ]);
  return store;
}

describe('listing deaths', () => {
  const cases: readonly [string, DeathFilter, readonly string[]][] = [
    ['everything', {}, ['never ran', 'reported', 'exit', 'oom']],
    ['since and until, both included', { since: START + 2, until: START + 3 }, ['reported', 'exit']],
    ['a cause', { cause: 'oom.container' }, ['oom']],
    ['a family', { cause: 'oom' }, ['never ran', 'oom']],
    ['the cause that is its own family', { cause: 'unknown' }, ['reported']],
    ['a cause that there is not', { cause: "oom' OR 1=1 --" }, []],
    ['a container name', { container: 'db' }, ['exit']],
    ['a container id', { container: containerId('db') }, ['exit']],
    ['a prefix of an id', { container: containerId('db').slice(0, 4) }, ['exit']],
    ['too short a prefix', { container: containerId('db').slice(0, 3) }, []],
    ['a part of a name', { container: 'd' }, []],
    ['an image', { image: 'postgres:17' }, ['exit']],
    ['an exit code, by signal or reported', { exitCode: 137 }, ['reported', 'oom']],
    ['an exit code', { exitCode: 1 }, ['exit']],
    ['one label', { labels: { team: 'shop' } }, ['exit', 'oom']],
    ['two labels', { labels: { team: 'shop', tier: 'front' } }, ['oom']],
    ['a label with another value', { labels: { team: 'SHOP' } }, []],
    ['text in a headline, whatever the case', { text: 'CONNECTIONS_MAX' }, ['exit']],
    ['text in an image', { text: 'postgres' }, ['exit']],
    ['text in a name', { text: 'brok' }, ['never ran']],
    ['a percent sign as itself', { text: '0%' }, ['reported', 'exit']],
    ['an underscore as itself', { text: 's_m' }, ['exit']],
    ['a backslash as itself', { text: '\\' }, ['reported']],
    ['text that would be a pattern', { text: 'e%r' }, []],
    ['text that would be SQL', { text: "' OR '1'='1" }, []],
    [
      'several conditions',
      { cause: 'oom', exitCode: 137, text: 'web', since: START, labels: { team: 'shop' } },
      ['oom'],
    ],
  ];

  it('filters', async (t) => {
    const { reader } = filled(temporaryStore(t));
    for (const [what, filter, expected] of cases) {
      const { deaths } = await reader.list({ filter });
      assert.deepEqual(
        deaths.map(({ id }) => id),
        expected.map(deathId),
        what,
      );
    }
  });

  it('shows of a death what a list needs', async (t) => {
    const { reader } = filled(temporaryStore(t));
    const { deaths, lastChange, nextCursor } = await reader.list({ filter: { container: 'db' } });
    assert.deepEqual([lastChange, nextCursor], [4, undefined]);
    assert.deepEqual(deaths, [
      {
        sequence: 2,
        change: 2,
        id: deathId('exit'),
        at: START + 2,
        host: 'node-1',
        containerId: containerId('db'),
        containerName: 'db',
        image: 'postgres:17',
        exit: { kind: 'exited', code: 1 },
        cause: 'exit.error',
        certainty: 'certain',
        headline: 'Exited with code 1: 100% of connections_max used',
        complete: true,
        revision: 1,
      },
    ]);
  });

  it('pages without a hole or a repetition while deaths arrive and are revised', async (t) => {
    const store = temporaryStore(t);
    for (let index = 0; index < 25; index += 1) store.record(death(String(index)));
    const seen: string[] = [];
    let cursor: number | undefined;
    do {
      const page: ListResult = await store.reader.list({ limit: 10, ...(cursor === undefined ? {} : { cursor }) });
      seen.push(...page.deaths.map(({ id }) => id));
      cursor = page.nextCursor;
      store.record(death(`new ${String(seen.length)}`, { at: START - 1_000_000 }));
      store.record(death('3', { settled: true }));
    } while (cursor !== undefined);
    assert.deepEqual(
      seen,
      Array.from({ length: 25 }, (_, index) => deathId(String(24 - index))),
    );
  });

  it('lists what changed after a number, oldest change first, each death once as it is now', async (t) => {
    const store = temporaryStore(t);
    store.recordAll(['a', 'b', 'c'].map((seed) => death(seed)));
    store.record(death('a', { settled: true }));
    const first = await store.reader.list({ changedAfter: 1, limit: 2 });
    assert.deepEqual(
      first.deaths.map(({ id, change }) => [id, change]),
      [
        [deathId('b'), 2],
        [deathId('c'), 3],
      ],
    );
    assert.deepEqual([first.nextCursor, first.lastChange], [3, 4]);
    const rest = await store.reader.list({ changedAfter: 1, cursor: 3 });
    assert.deepEqual(
      rest.deaths.map(({ id, change, revision }) => [id, change, revision]),
      [[deathId('a'), 4, 2]],
    );
    assert.equal((await store.reader.list({ changedAfter: 4 })).deaths.length, 0);
  });

  it('says which Compose project or pod a container belonged to', async (t) => {
    const store = temporaryStore(t);
    const labelled = (seed: string, labels: Record<string, string>): void => {
      const plain = death(seed);
      store.record({ ...plain, container: { ...plain.container, labels } });
    };
    labelled('compose', { 'com.docker.compose.project': 'shop', other: 'x' });
    labelled('pod', { 'io.kubernetes.pod.name': 'cart-0', 'io.kubernetes.pod.namespace': 'shop' });
    labelled('neither', {});
    const { deaths } = await store.reader.list({});
    assert.deepEqual(
      deaths.map(({ project, pod }) => ({ project, pod })),
      [
        { project: undefined, pod: undefined },
        { project: undefined, pod: 'shop/cart-0' },
        { project: 'shop', pod: undefined },
      ],
    );
  });

  it('never gives more than 500 at once', async (t) => {
    const store = temporaryStore(t);
    store.recordAll(Array.from({ length: 501 }, (_, index) => death(String(index))));
    assert.equal((await store.reader.list({ limit: 100_000 })).deaths.length, 500);
    assert.equal((await store.reader.list({})).deaths.length, 100);
    assert.equal((await store.reader.list({ limit: 0 })).deaths.length, 1);
  });
});

describe('finding a death', () => {
  it('takes the newest death of a name, of an id and of a prefix', async (t) => {
    const store = temporaryStore(t);
    const same = container('web');
    store.record(death('newer', { at: START + 9, container: same }));
    store.record(death('older', { at: START + 1, container: same }));
    for (const query of ['web', same.id, same.id.slice(0, 12), same.id.slice(0, 4)]) {
      const found = await store.reader.find(query);
      assert.equal(found.kind === 'found' ? found.death.id : found.kind, deathId('newer'), query);
    }
    const byId = await store.reader.find(deathId('older'));
    assert.equal(byId.kind === 'found' ? byId.death.at : byId.kind, START + 1);
  });

  it('says none for what is not there, too short or no id', async (t) => {
    const { reader } = filled(temporaryStore(t));
    for (const query of [
      '',
      'nobody',
      'we%',
      '_eb',
      deathId('nobody'),
      containerId('web').slice(0, 3),
      '0'.repeat(64),
    ]) {
      assert.deepEqual(await reader.find(query), { kind: 'none' }, query);
    }
  });

  it('offers a choice for a prefix of several containers, and prefers a name', async (t) => {
    const store = temporaryStore(t);
    store.record(death('one', { container: container('one', { id: `abcd${'1'.repeat(60)}` }) }));
    store.record(death('two', { container: container('two', { id: `abcd${'2'.repeat(60)}` }) }));
    store.record(death('two again', { at: START + 1, container: container('two', { id: `abcd${'2'.repeat(60)}` }) }));
    const found = await store.reader.find('abcd');
    assert.deepEqual(found.kind === 'ambiguous' ? found.candidates.map(({ id }) => id) : found.kind, [
      deathId('one'),
      deathId('two again'),
    ]);
    store.record(death('named', { container: container('abcd') }));
    const named = await store.reader.find('abcd');
    assert.equal(named.kind === 'found' ? named.death.id : named.kind, deathId('named'));
  });

  it('takes a pod, also with its namespace and its container, and offers a choice where several have died', async (t) => {
    const store = temporaryStore(t);
    const record = (seed: string, namespace: string, name: string, at: number): void => {
      const labels = {
        'io.kubernetes.pod.namespace': namespace,
        'io.kubernetes.pod.name': 'cart-0',
        'io.kubernetes.container.name': name,
      };
      store.record(death(seed, { at: START + at, container: container(seed, { labels, name: `cart-0/${name}` }) }));
    };
    const ask = async (query: string): Promise<unknown> => {
      const found = await store.reader.find(query);
      if (found.kind === 'ambiguous')
        return found.candidates.map(({ pod, containerName }) => `${pod ?? ''} ${containerName ?? ''}`);
      return found.kind === 'found' ? found.death.id : found.kind;
    };
    record('first', 'shop', 'app', 1);
    record('again', 'shop', 'app', 2);
    for (const query of ['cart-0', 'shop/cart-0', 'shop/cart-0/app', 'cart-0/app']) {
      assert.equal(await ask(query), deathId('again'), query);
    }
    record('sidecar', 'shop', 'proxy', 3);
    record('elsewhere', 'test', 'app', 4);
    assert.deepEqual(await ask('shop/cart-0'), ['shop/cart-0 cart-0/proxy', 'shop/cart-0 cart-0/app']);
    assert.equal([await ask('cart-0')].flat().length, 3);
    assert.equal(await ask('shop/cart-0/app'), deathId('again'));
    assert.equal(await ask('test/cart-0'), deathId('elsewhere'));
    for (const query of ['shop/', '/cart-0', 'a/b/c/d', 'shop/cart-1']) assert.equal(await ask(query), 'none', query);
  });

  it('lists the deaths of one container', async (t) => {
    const { reader } = filled(temporaryStore(t));
    assert.deepEqual(
      (await reader.byContainer(containerId('web'))).map(({ id }) => id),
      [deathId('oom')],
    );
    assert.deepEqual(await reader.byContainer('web'), []);
  });
});

describe('what else is kept', () => {
  it('gaps by time, both ends included', async (t) => {
    const store = temporaryStore(t);
    for (const at of [START + 2, START, START + 1]) store.recordGap(gap(at));
    assert.deepEqual(await store.reader.gaps(START, START + 1), [gap(START), gap(START + 1)]);
  });

  it('numbers for health', async (t) => {
    const store = filled(temporaryStore(t));
    const stats = await store.reader.stats();
    assert.equal(stats.path, store.path);
    assert.deepEqual([stats.deaths, stats.lastChange, stats.problem], [4, 4, undefined]);
    assert.ok(stats.bytes > 4_096);
  });
});
