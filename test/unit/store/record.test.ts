import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Death } from '../../../agent/domain/death.ts';
import { InquestError } from '../../../agent/domain/errors.ts';
import {
  container,
  death,
  deathId,
  exitEvidence,
  revision,
  runtimeEvidence,
  START,
  temporaryDirectory,
  temporaryStore,
  verdict,
} from './support.ts';

const HOSTILE = ['\u0000nul', "'; DROP TABLE deaths; --", '\u001b[31mred', '\u202ertl', '%_\\', '', '💥', '__proto__'];

describe('recording a death', () => {
  it('gives back the same death, with the fields that JSON leaves out', async (t) => {
    const store = temporaryStore(t);
    const bare = death('bare', { exit: undefined, verdict: verdict({ victim: undefined }) });
    store.record(bare);
    assert.deepEqual(await store.reader.get(bare.id), bare);
    assert.deepEqual(store.current(bare.id), bare);
  });

  it('keeps a large body as it is', async (t) => {
    const store = temporaryStore(t);
    const lines = Array.from({ length: 2_000 }, (_, line) => ({
      stream: 'stderr' as const,
      text: `line ${String(line)}`,
    }));
    const large = death('large', { logTail: { kind: 'log_tail', lines, truncated: true, redactions: 3 } });
    store.record(large);
    assert.deepEqual(await store.reader.get(large.id), large);
  });

  it('numbers deaths in the order of arrival and changes without a hole', (t) => {
    const store = temporaryStore(t);
    assert.deepEqual(store.record(death('a')), { sequence: 1, change: 1, isNew: true, revision: 1, changed: true });
    assert.deepEqual(store.record(death('b')), { sequence: 2, change: 2, isNew: true, revision: 1, changed: true });
    const settled = death('a', { settled: true, revisions: [revision(1), revision(2)] });
    assert.deepEqual(store.record(settled), { sequence: 1, change: 3, isNew: false, revision: 2, changed: true });
  });

  it('does nothing when it has the same content already, whatever the order of its fields', (t) => {
    const store = temporaryStore(t);
    const first = store.record(death('a'));
    const again = { ...first, isNew: false, changed: false };
    assert.deepEqual(store.record(death('a')), again);
    const { id, host, ...rest } = death('a');
    const reordered: Death = { ...rest, host, id };
    assert.deepEqual(store.record(reordered), again);
  });

  it('takes a late retry of an earlier revision for what it is', (t) => {
    const store = temporaryStore(t);
    store.record(death('a'));
    const revised = store.record(death('a', { settled: true, revisions: [revision(1), revision(2)] }));
    assert.deepEqual(store.record(death('a')), { ...revised, changed: false });
  });

  it('never loses evidence that an earlier revision had', async (t) => {
    const store = temporaryStore(t);
    const logTail = { kind: 'log_tail' as const, lines: [], truncated: false, redactions: 0 };
    store.record(death('a', { logTail, evidence: [exitEvidence(START), runtimeEvidence(START + 5)] }));
    const poorer = death('a', {
      origin: 'reconciled',
      exit: undefined,
      evidence: [{ ...runtimeEvidence(START + 5), text: 'A better sentence' }],
      vitals: [{ at: START, memoryBytes: 1 }],
      revisions: [revision(1, { because: ['reconciled'] })],
    });
    const { revision: number } = store.record(poorer);
    const kept = await store.reader.get(deathId('a'));
    assert.equal(number, 2);
    assert.deepEqual(
      kept?.evidence.map(({ text }) => text),
      ['Process node [4711] ended by SIGKILL', 'A better sentence'],
    );
    assert.equal(kept?.origin, 'witnessed');
    assert.deepEqual(kept?.exit, { kind: 'signaled', signal: 9, coreDumped: false });
    assert.deepEqual(kept?.logTail, logTail);
    assert.equal(kept?.vitals.length, 2);
    assert.deepEqual(
      kept?.revisions.map((entry) => [entry.number, entry.because]),
      [
        [1, ['process_exit']],
        [2, ['reconciled']],
      ],
    );
  });

  it('keeps the whole verdict of every revision', async (t) => {
    const store = temporaryStore(t);
    const unknown = verdict({ cause: 'unknown', certainty: 'unknown', headline: 'Nobody knows', victim: undefined });
    store.record(death('a', { verdict: unknown, revisions: [] }));
    store.record(death('a', { evidence: [exitEvidence(START), runtimeEvidence(START + 5)], revisions: [] }));
    store.record(death('a', { settled: true, revisions: [] }));
    const history = await store.reader.revisions(deathId('a'));
    assert.deepEqual(
      history.map(({ number, change, because }) => ({ number, change, because })),
      [
        { number: 1, change: 1, because: ['witnessed'] },
        { number: 2, change: 2, because: ['runtime_state'] },
        { number: 3, change: 3, because: ['settled'] },
      ],
    );
    assert.deepEqual(history[0]?.verdict, unknown);
    assert.deepEqual(history[1]?.verdict, verdict());
    assert.deepEqual(await store.reader.revisions(deathId('other')), []);
  });

  it('writes several deaths together or none of them', async (t) => {
    const store = temporaryStore(t);
    assert.equal(store.recordAll([death('a'), death('b')]).length, 2);
    assert.throws(() => store.recordAll([death('c'), { ...death('d'), id: 'short' }]), { reason: 'bad-usage' });
    assert.equal((await store.reader.stats()).deaths, 2);
  });

  it('refuses what it could not read back', (t) => {
    const store = temporaryStore(t);
    for (const wrong of [
      { ...death('a'), at: 1.5 },
      { ...death('a'), at: Number.NaN },
      { ...death('a'), id: '../../etc' },
    ]) {
      assert.throws(
        () => store.record(wrong),
        (error) => error instanceof InquestError && error.reason === 'bad-usage',
      );
    }
    const huge = death('a', { host: 'x'.repeat(17 * 1_048_576) });
    assert.throws(() => store.record(huge), { reason: 'bad-usage' });
  });

  it('keeps hostile names, images and labels byte for byte', async (t) => {
    const store = temporaryStore(t);
    for (const text of HOSTILE) {
      const labels = Object.fromEntries([[text, text]]);
      const hostile = death(`hostile ${text}`, { container: container(text, { image: text, labels }) });
      store.record(hostile);
      assert.deepEqual(await store.reader.get(hostile.id), hostile);
      const { deaths } = await store.reader.list({ filter: { container: text, image: text, labels } });
      assert.deepEqual(
        deaths.map(({ id, containerName, image }) => [id, containerName, image]),
        [[hostile.id, text, text]],
      );
    }
  });

  it('searches at most 64 labels of a death, cut at 256 characters', async (t) => {
    const store = temporaryStore(t);
    const many = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`k${String(index)}`, 'v'.repeat(300)]));
    const labelled = death('a', { container: container('web', { labels: many }) });
    store.record(labelled);
    const count = async (labels: Record<string, string>): Promise<number> =>
      (await store.reader.list({ filter: { labels } })).deaths.length;
    assert.equal(await count({ k63: 'v'.repeat(256) }), 1);
    assert.equal(await count({ k64: 'v'.repeat(256) }), 0);
    assert.deepEqual(await store.reader.get(labelled.id), labelled);
  });

  it('does not use a change or sequence number again after everything was deleted and it was opened anew', async (t) => {
    const directory = temporaryDirectory(t);
    const first = temporaryStore(t, { directory, retentionBytes: 0 });
    first.recordAll([death('a'), death('b')]);
    assert.deepEqual(first.retain(), { deleted: 2, more: true });
    await first.close();
    const second = temporaryStore(t, { directory });
    const { sequence, change } = second.record(death('c'));
    assert.deepEqual({ sequence, change }, { sequence: 3, change: 3 });
  });
});
