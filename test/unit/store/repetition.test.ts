import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { describe, it } from 'node:test';
import type { ContainerIdentity } from '../../../agent/domain/container.ts';
import type { Death } from '../../../agent/domain/death.ts';
import { US_PER_SECOND } from '../../../agent/domain/time.ts';
import { container, death, deathId, START, temporaryStore } from './support.ts';

const DAY_US = 86_400 * US_PER_SECOND;
const MIB = 1_048_576;

/** One end of a container that is made anew each time; `number` seconds after the start. */
function end(
  number: number,
  signature: string,
  over: Partial<Death> = {},
  who: Partial<ContainerIdentity> = {},
): Death {
  const at = START + number * US_PER_SECOND;
  const identity = container('loop', { id: String(number % 10).repeat(64), startedAt: at - US_PER_SECOND, ...who });
  return death(`${signature} ${String(number)}`, { at, container: identity, signature, ...over });
}

describe('repetition', () => {
  it('counts the same end of the same workload, with its period, over new containers', async (t) => {
    const store = temporaryStore(t);
    for (const number of [0, 40, 80, 125]) store.record(end(number, 'oom'));
    const kept = await store.reader.get(deathId('oom 125'));
    assert.deepEqual(kept?.repetition, {
      signature: 'oom',
      count: 4,
      firstAt: START,
      lastAt: START + 125 * US_PER_SECOND,
      medianPeriodSeconds: 40,
      changes: [],
    });
    const [newest] = (await store.reader.list({})).deaths;
    assert.equal(newest?.repetition?.count, 4);
  });

  it('goes on over other ends, but not over a run that went well', async (t) => {
    const store = temporaryStore(t);
    store.record(end(0, 'oom'));
    store.record(end(10, 'oom'));
    store.record(end(20, 'error'));
    store.record(end(30, 'oom'));
    assert.equal((await store.reader.get(deathId('oom 30')))?.repetition?.count, 3);
    const startedAt = START + 40 * US_PER_SECOND;
    store.record(end(40 + 86_400, 'stop', {}, { startedAt }));
    store.record(end(50 + 86_400, 'oom'));
    assert.equal((await store.reader.get(deathId('oom 86450')))?.repetition?.count, 1);
  });

  it('counts a leak that takes days each time', async (t) => {
    const store = temporaryStore(t);
    for (const day of [3, 6, 9]) {
      const at = START + day * DAY_US;
      const number = (day * DAY_US) / US_PER_SECOND;
      store.record(end(number, 'leak', { at }, { startedAt: at - 3 * DAY_US }));
    }
    const { deaths } = await store.reader.list({});
    assert.equal(deaths[0]?.repetition?.count, 3);
    assert.equal(deaths[0].repetition.medianPeriodSeconds, (3 * DAY_US) / US_PER_SECOND);
  });

  it('says what was different when it began, and keeps saying so', async (t) => {
    const store = temporaryStore(t);
    const before = { limits: { memoryBytes: 64 * MIB }, environmentNames: ['A', 'B'], imageDigest: 'sha256:aaaa' };
    const after = { limits: { memoryBytes: 24 * MIB }, environmentNames: ['A', 'C'], imageDigest: 'sha256:aaaa' };
    store.record(end(0, 'stop', {}, before));
    store.record(end(10, 'oom', {}, after));
    store.record(end(20, 'oom', {}, after));
    const changes = (await store.reader.get(deathId('oom 20')))?.repetition?.changes.map(({ text }) => text);
    assert.deepEqual(changes, [
      'the memory limit went from 64 MiB to 24 MiB',
      'in the environment C was added and B was removed (values are never read)',
    ]);
  });

  it('says what was different also where the first death was recorded before its limits were known', async (t) => {
    const store = temporaryStore(t);
    const limits = { memoryBytes: 24 * MIB };
    store.record(end(0, 'stop', {}, { limits: { memoryBytes: 64 * MIB } }));
    store.record(end(10, 'oom'));
    store.record(end(10, 'oom', { settled: true }, { limits }));
    store.record(end(20, 'oom', {}, { limits }));
    const changes = (await store.reader.get(deathId('oom 20')))?.repetition?.changes.map(({ text }) => text);
    assert.deepEqual(changes, ['the memory limit went from 64 MiB to 24 MiB']);
  });

  it('is counted anew when late evidence gives the death another signature or another workload', async (t) => {
    const store = temporaryStore(t);
    store.record(end(0, 'with log'));
    store.record(end(10, 'without log'));
    assert.equal((await store.reader.get(deathId('without log 10')))?.repetition?.count, 1);
    store.record({ ...end(10, 'with log'), id: deathId('without log 10'), settled: true });
    assert.equal((await store.reader.get(deathId('without log 10')))?.repetition?.count, 2);
  });

  it('looks up by index alone, however many deaths there are', (t) => {
    const store = temporaryStore(t);
    const database = new DatabaseSync(store.path, { readOnly: true });
    t.after(() => {
      database.close();
    });
    const plan = (sql: string): string =>
      database
        .prepare(`EXPLAIN QUERY PLAN ${sql}`)
        .all()
        .map(({ detail }) => String(detail))
        .join('; ');
    const before = 'AND sequence < 9 AND wound IS NULL ORDER BY sequence DESC LIMIT 1';
    assert.match(plan(`SELECT sequence FROM deaths WHERE signature = 'a' ${before}`), /USING .*INDEX deaths_signature/);
    assert.match(plan(`SELECT ran_us FROM deaths WHERE workload = 'a' ${before}`), /USING .*INDEX deaths_workload/);
    const grouped = "SELECT signature, count(*) FROM deaths WHERE quota_key = 'a' GROUP BY signature";
    assert.match(plan(grouped), /USING COVERING INDEX deaths_quota/);
  });
});

describe('the quota of a crash loop', () => {
  it('keeps its first, its last, its count, every other way to end, and others’ history', async (t) => {
    const store = temporaryStore(t, { deathsPerContainer: 5 });
    store.record(death('quiet', { container: container('quiet'), signature: 'quiet' }));
    store.record(end(0, 'error'));
    for (let number = 1; number <= 200; number += 1) store.record(end(number, 'oom'));
    const { deaths } = await store.reader.list({ limit: 500 });
    assert.deepEqual(
      deaths.map(({ id }) => id),
      ['oom 200', 'oom 199', 'oom 198', 'oom 1', 'error 0', 'quiet'].map(deathId),
    );
    assert.equal(deaths[0]?.repetition?.count, 200);
    assert.equal(deaths[0].repetition.firstAt, START + US_PER_SECOND);
  });
});
