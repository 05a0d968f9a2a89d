import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Evidence } from '../../../../agent/domain/evidence.ts';
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

test('requests of a client over its budget concern whoever was stopped meanwhile', () => {
  const watch = new GapWatch();
  const held = (suppressed: number): Evidence[] =>
    watch.unseenRequests([{ ...counter('runtime_request', 0), suppressed }, counter('process_exit', 0)], 1);
  assert.deepEqual(held(0), []);
  const [gap] = held(40);
  assert.equal(gap?.containerId, undefined);
  assert.deepEqual(gap?.data, {
    kind: 'evidence_gap',
    reason: 'rate_limited',
    lost: 40,
    recordKinds: ['runtime_request'],
  });
  assert.deepEqual(held(40), []);
});

test('what the kernel skipped is a gap of its own, of the records that the program makes', () => {
  const watch = new GapWatch();
  const skipped = (deliver: bigint, exec: bigint, other = 0n): Evidence[] =>
    watch.skipped(
      [
        { name: 'signal_deliver', recursionMisses: deliver },
        { name: 'sched_process_exec', recursionMisses: exec },
        { name: 'of_a_later_version', recursionMisses: other },
      ],
      '6.12.1',
      1,
    );
  assert.deepEqual(skipped(0n, 0n), []);
  const [gap] = skipped(4n, 0n);
  assert.equal(gap?.containerId, undefined, 'it may concern anybody');
  const data = { kind: 'evidence_gap', reason: 'recursion' } as const;
  assert.deepEqual(gap?.data, { ...data, lost: 4, recordKinds: ['signal_received'] });
  assert.deepEqual(skipped(4n, 0n), []);
  assert.deepEqual(skipped(5n, 2n)[0]?.data, { ...data, lost: 3, recordKinds: ['signal_received', 'process_exec'] });
  assert.deepEqual(skipped(5n, 2n, 1n)[0]?.data, { ...data, lost: 1, recordKinds: [] }, 'of what, nobody knows');
});

test('a client of a runtime can be skipped only where programs are preempted', () => {
  const skipped = (release: string, name = 'sk_data_ready'): Evidence[] =>
    new GapWatch().skipped([{ name, recursionMisses: 2n }], release, 1);
  assert.deepEqual(skipped('6.12.117+deb13-cloud-amd64'), []);
  assert.deepEqual(skipped('7.2.12+deb14-cloud-amd64', 'data_ready_event'), []);
  const [gap] = skipped('7.2.12+deb14-cloud-amd64');
  assert.deepEqual(gap?.data, {
    kind: 'evidence_gap',
    reason: 'recursion',
    lost: 2,
    recordKinds: ['runtime_request'],
  });
});
