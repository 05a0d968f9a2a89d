import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GapWatch } from '../../../../agent/collectors/kernel/gaps.ts';

function counter(
  kind: string,
  lost: number,
): { kind: string; seen: number; received: number; lost: number; suppressed: number } {
  return { kind, seen: 0, received: 0, lost, suppressed: 0 };
}

test('only what was lost since the last look is a gap, with its kinds', () => {
  const watch = new GapWatch();
  assert.deepEqual(watch.lost([counter('process_exec', 0), counter('process_exit', 0)], 1), []);
  const [gap] = watch.lost([counter('process_exec', 3), counter('process_exit', 2)], 2);
  assert.deepEqual(gap?.data, {
    kind: 'evidence_gap',
    reason: 'ring_full',
    lost: 5,
    recordKinds: ['process_exec', 'process_exit'],
  });
  assert.equal(gap?.containerId, undefined, 'it may concern anybody');
  assert.deepEqual(watch.lost([counter('process_exec', 3), counter('process_exit', 2)], 3), []);
  assert.equal(watch.lost([counter('process_exec', 4)], 4)[0]?.data.kind, 'evidence_gap');
});

test('a container over its budget is named as the flooder and concerns itself alone', () => {
  const watch = new GapWatch();
  const counts = [{ containerId: 'loud', run: '7', byKind: { process_exec: 10 } }];
  const [gap] = watch.suppressed(counts, 1);
  assert.equal(gap?.containerId, 'loud');
  assert.equal(gap?.run, '7');
  assert.deepEqual(gap?.data, {
    kind: 'evidence_gap',
    reason: 'rate_limited',
    lost: 10,
    recordKinds: ['process_exec'],
    flooder: 'loud',
  });
  assert.deepEqual(watch.suppressed(counts, 2), []);
  watch.forget('7');
  assert.equal(watch.suppressed(counts, 3).length, 1, 'a run of that number starts anew');
});

test('records the kernel skipped are a gap of their own', () => {
  const watch = new GapWatch();
  assert.deepEqual(watch.recursion(0, 1), []);
  assert.equal(watch.recursion(2, 2).length, 1);
  assert.deepEqual(watch.recursion(2, 3), []);
});
