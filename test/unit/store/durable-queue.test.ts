import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { Death } from '../../../agent/domain/death.ts';
import type { EvidenceOf } from '../../../agent/domain/evidence.ts';
import { InquestError } from '../../../agent/domain/errors.ts';
import type { PreparedDeath } from '../../../agent/store/body.ts';
import { prepareDeath } from '../../../agent/store/body.ts';
import { DurableQueue } from '../../../agent/store/durable-queue.ts';
import type { QueueLimits, RecordedDeath } from '../../../agent/store/open.ts';
import { container, death, deathId, gap, revision, START, temporaryStore, verdict } from './support.ts';

const LIMITS: QueueLimits = { deaths: 4, bytes: 1_000_000, firstRetryMs: 1, longestRetryMs: 4 };
const FULL = new InquestError('store-full', 'The disk is full.', { next: 'Free space.' });
const BROKEN = new InquestError('store-failed', 'The disk is broken.');

/** A disk that takes nothing while `error` is set. */
class Disk {
  error: Error | undefined;
  roomFails: Error | undefined;
  rooms = 0;
  attempts = 0;
  readonly written: Death[] = [];
  readonly gaps: EvidenceOf<'evidence_gap'>[] = [];

  write(batch: readonly PreparedDeath[]): readonly RecordedDeath[] {
    this.#check();
    if (batch.some(({ death: { host } }) => host === 'poison')) throw new InquestError('bad-usage', 'poison');
    return batch.map(({ death: one }) => {
      this.written.push(one);
      const change = this.written.length;
      return { sequence: change, change, isNew: true, revision: 1, changed: true };
    });
  }

  writeGap(one: EvidenceOf<'evidence_gap'>): void {
    this.#check();
    this.gaps.push(one);
  }

  makeRoom(): void {
    this.rooms += 1;
    if (this.roomFails !== undefined) throw this.roomFails;
  }

  #check(): void {
    this.attempts += 1;
    if (this.error !== undefined) throw this.error;
  }
}

function setUp(t: TestContext, limits: Partial<QueueLimits> = {}) {
  const disk = new Disk();
  const queue = new DurableQueue(disk, { ...LIMITS, ...limits }, () => START);
  const told: string[] = [];
  queue.onRecorded(({ id }) => {
    assert.ok(
      disk.written.some((one) => one.id === id),
      'told before it was written',
    );
    told.push(id);
  });
  t.after(() => queue.close());
  const submit = (one: Death): void => {
    queue.submit(prepareDeath(one));
  };
  return { disk, queue, told, submit };
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await delay(1);
}

describe('submitting deaths', () => {
  it('writes them in order and tells of each after it is written', async (t) => {
    const { queue, told, submit } = setUp(t, { deaths: 100 });
    const seeds = Array.from({ length: 70 }, (_, index) => String(index));
    for (const seed of seeds) submit(death(seed));
    assert.deepEqual(told, []);
    await until(() => queue.length === 0);
    assert.deepEqual(told, seeds.map(deathId));
  });

  it('waits while the disk is broken, says so, and goes on by itself', async (t) => {
    const { disk, queue, told, submit } = setUp(t);
    disk.error = BROKEN;
    submit(death('a'));
    submit(death('b'));
    await until(() => disk.attempts > 3);
    assert.equal(queue.problem(), 'The disk is broken. 2 deaths wait in memory.');
    assert.equal(disk.rooms, 0);
    disk.error = undefined;
    await until(() => told.length === 2);
    assert.deepEqual([told, queue.problem(), queue.length], [[deathId('a'), deathId('b')], undefined, 0]);
  });

  it('makes room first when the disk is full', async (t) => {
    const { disk, queue, told, submit } = setUp(t);
    disk.error = FULL;
    disk.makeRoom = () => {
      disk.rooms += 1;
      disk.error = undefined;
    };
    submit(death('a'));
    await until(() => told.length === 1);
    assert.deepEqual([disk.rooms, queue.problem()], [1, undefined]);
  });

  it('says when no room could be made', async (t) => {
    const { disk, queue, submit } = setUp(t);
    disk.error = FULL;
    disk.roomFails = new Error('Nothing to delete.');
    submit(death('a'));
    await until(() => disk.rooms > 1);
    assert.match(
      queue.problem() ?? '',
      /^The disk is full\. Free space\. Nor could space be freed: Nothing to delete\. 1 deaths wait/,
    );
  });

  it('joins revisions of a death while it waits, with all their evidence', async (t) => {
    const { disk, queue, told, submit } = setUp(t);
    disk.error = BROKEN;
    submit(death('a'));
    await until(() => queue.problem() !== undefined);
    submit(death('b'));
    const revised = verdict({ cause: 'kill.host', headline: 'Killed by root' });
    submit(
      death('a', { evidence: [], verdict: revised, revisions: [revision(1), revision(2, { cause: 'kill.host' })] }),
    );
    assert.equal(queue.length, 2);
    disk.error = undefined;
    await until(() => told.length === 2);
    const [first] = disk.written;
    assert.deepEqual([first?.id, first?.verdict.cause, first?.evidence.length], [deathId('a'), 'kill.host', 1]);
    assert.deepEqual(
      first?.revisions.map(({ number }) => number),
      [1, 2],
    );
  });

  it('drops the oldest of whoever has most waiting, counts it, and leaves a gap', async (t) => {
    const { disk, queue, told, submit } = setUp(t);
    disk.error = BROKEN;
    submit(death('quiet', { container: container('quiet') }));
    for (let index = 0; index < 6; index += 1) submit(death(`loop ${String(index)}`, { container: container('loop') }));
    await until(() => queue.problem() !== undefined);
    assert.match(queue.problem() ?? '', /4 deaths wait in memory\. 3 records had to be dropped\.$/);
    disk.error = undefined;
    await until(() => disk.gaps.length === 1);
    assert.deepEqual(told, ['quiet', 'loop 3', 'loop 4', 'loop 5'].map(deathId));
    assert.deepEqual(disk.gaps, [
      {
        at: START,
        source: 'agent',
        containerId: undefined,
        data: { kind: 'evidence_gap', reason: 'not_stored', lost: 3, recordKinds: ['death'] },
      },
    ]);
  });

  it('is bounded in bytes as well', async (t) => {
    const { disk, queue, submit } = setUp(t, { bytes: 5_000 });
    disk.error = BROKEN;
    for (const seed of ['a', 'b', 'c', 'd']) submit(death(seed, { verdict: verdict({ notes: ['x'.repeat(2_000)] }) }));
    await until(() => queue.problem() !== undefined);
    assert.equal(queue.length, 1);
  });

  it('gives up one death that cannot be stored, and only that', async (t) => {
    const { disk, queue, told, submit } = setUp(t);
    for (const seed of ['a', 'b']) submit(death(seed));
    submit(death('poisoned', { host: 'poison' }));
    submit(death('c'));
    await until(() => disk.gaps.length === 1);
    assert.deepEqual(told, ['a', 'b', 'c'].map(deathId));
    assert.equal(disk.gaps[0]?.data.lost, 1);
    assert.equal(queue.problem(), undefined);
  });

  it('writes gaps too, and bounds those that wait', async (t) => {
    const { disk, queue } = setUp(t);
    disk.error = BROKEN;
    for (let index = 0; index < 1_002; index += 1) queue.submitGap(gap(START + index));
    disk.error = undefined;
    await until(() => disk.gaps.length === 1_001);
    assert.deepEqual(disk.gaps[0]?.data, {
      kind: 'evidence_gap',
      reason: 'not_stored',
      lost: 2,
      recordKinds: ['evidence_gap'],
    });
    assert.deepEqual(disk.gaps[1], gap(START + 2));
  });

  it('stops telling who no longer listens', async (t) => {
    const { disk, queue, submit } = setUp(t);
    let calls = 0;
    const stop = queue.onRecorded(() => {
      calls += 1;
    });
    stop();
    submit(death('a'));
    await until(() => disk.written.length === 1);
    assert.equal(calls, 0);
  });

  it('writes what waits when it is closed, and says what it had to leave', (t) => {
    const healthy = setUp(t);
    healthy.submit(death('a'));
    assert.deepEqual([healthy.queue.close(), healthy.told], [0, [deathId('a')]]);
    assert.throws(
      () => {
        healthy.submit(death('b'));
      },
      { reason: 'bad-usage' },
    );
    const broken = setUp(t);
    broken.disk.error = BROKEN;
    broken.submit(death('a'));
    assert.equal(broken.queue.close(), 1);
  });
});

describe('submitting to a store', () => {
  it('announces what is new or changed, once, and only when it can be read', async (t) => {
    const store = temporaryStore(t);
    const told: [string, number, boolean][] = [];
    store.onRecorded(({ id }, { change, isNew }) => {
      assert.ok(store.current(id) !== undefined);
      told.push([id, change, isNew]);
    });
    store.submit(death('a'));
    store.submit(death('a'));
    store.submit(death('a', { settled: true }));
    store.submitGap(gap(START));
    await until(() => store.waiting() === 0 && told.length === 2);
    assert.deepEqual(told, [
      [deathId('a'), 1, true],
      [deathId('a'), 2, false],
    ]);
    assert.deepEqual(await store.close(), { unwritten: 0 });
  });

  it('refuses a death that is none at once', (t) => {
    const store = temporaryStore(t);
    assert.throws(
      () => {
        store.submit({ ...death('a'), id: '' });
      },
      { reason: 'bad-usage' },
    );
  });
});
