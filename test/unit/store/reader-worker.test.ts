import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { describe, it } from 'node:test';
import { once } from 'node:events';
import { DatabaseSync } from 'node:sqlite';
import type { Worker } from 'node:worker_threads';
import type { DeathStore } from '../../../agent/store/open.ts';
import { QueryQueue } from '../../../agent/store/query-queue.ts';
import { death, deathId, temporaryStore } from './support.ts';

const MOODY = new URL('./fixtures/moody-worker.ts', import.meta.url);
const SLUGGISH = new URL('./fixtures/sluggish-worker.ts', import.meta.url);

function moody(t: TestContext, queryTimeoutMs: number): DeathStore {
  return temporaryStore(t, { workerUrl: MOODY, queryTimeoutMs });
}

describe('the reader thread', () => {
  it('is replaced when a query takes too long, and those that wait are answered', async (t) => {
    const { reader } = moody(t, 1_000);
    const slow = assert.rejects(reader.byContainer('hang'), { reason: 'timeout', next: /ask for less/ });
    const next = reader.byContainer('fine').catch((error: unknown) => error);
    await slow;
    await next;
    assert.deepEqual(await reader.byContainer('fine'), []);
  });

  for (const mood of ['exit', 'throw', 'exhaust']) {
    it(`is started again after it ends by ${mood}`, async (t) => {
      const { reader } = moody(t, 60_000);
      const ended = assert.rejects(reader.byContainer(mood), { reason: 'store-failed', message: /ended unexpectedly/ });
      const next = reader.byContainer('fine');
      await ended;
      assert.deepEqual(await next, []);
    });
  }

  it('may take longer to begin than a query may take, and answers all who waited for it', async (t) => {
    const { reader } = temporaryStore(t, { workerUrl: SLUGGISH, queryTimeoutMs: 1_000 });
    assert.deepEqual(await Promise.all([reader.byContainer('fine'), reader.byContainer('fine')]), [[], []]);
  });

  it('is not believed when its answer has another shape', async (t) => {
    const { reader } = moody(t, 60_000);
    await assert.rejects(reader.byContainer('babble'), { reason: 'store-corrupt' });
  });

  it('refuses more than it can have waiting', async (t) => {
    const { reader } = moody(t, 60_000);
    const asked = Array.from({ length: 200 }, () =>
      reader.byContainer('fine').then(
        () => 'answered',
        () => 'refused',
      ),
    );
    const answers = await Promise.all(asked);
    assert.equal(answers.filter((answer) => answer === 'answered').length, 129);
  });

  it('ends those that wait when the store is closed, a hanging one included', async (t) => {
    const store = moody(t, 60_000);
    const hanging = assert.rejects(store.reader.byContainer('hang'), { reason: 'store-failed' });
    const waiting = assert.rejects(store.reader.byContainer('fine'), { message: /closed/ });
    await store.close();
    await Promise.all([hanging, waiting]);
    await assert.rejects(store.reader.stats(), { message: /closed/ });
  });

  it('says what the database said', async (t) => {
    const store = temporaryStore(t);
    store.record(death('a'));
    const saboteur = new DatabaseSync(store.path);
    saboteur.exec('ALTER TABLE bodies RENAME TO elsewhere');
    saboteur.close();
    await assert.rejects(store.reader.get(deathId('a')), { reason: 'store-failed', message: /no such table/ });
  });

  it('ends when nobody asks for a while, and the next question starts another', async (t) => {
    const threads: Worker[] = [];
    const count = (thread: Worker): number => threads.push(thread);
    process.on('worker', count);
    t.after(() => process.off('worker', count));
    const queue = new QueryQueue({ url: MOODY, path: '', timeoutMs: 60_000, restAfterMs: 10 });
    await queue.ask({ method: 'byContainer', containerId: 'fine' });
    const [first] = threads;
    assert.ok(first);
    await once(first, 'exit');
    await queue.ask({ method: 'byContainer', containerId: 'fine' });
    assert.equal(threads.length, 2);
    await queue.close();
  });

  it('sees every death that was recorded before it was asked', async (t) => {
    const store = temporaryStore(t);
    for (let index = 0; index < 20; index += 1) {
      store.record(death(String(index)));
      assert.equal((await store.reader.list({})).lastChange, index + 1);
    }
  });

  it('cannot be started by itself', async () => {
    await assert.rejects(import('../../../agent/store/reader-worker.ts'), { reason: 'bad-usage' });
  });
});
