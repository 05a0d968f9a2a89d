import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CAUSE_IDS } from '../../../agent/domain/causes.ts';
import { announce, BURST, COOL_DOWN_MS, isWorthTelling, tellAt } from '../../../extension/notify/policy.ts';
import { entry } from './deaths/support.ts';

test('nobody is told of a clean exit or of a stop that was asked for', () => {
  for (const level of ['off', 'unexpected', 'all'] as const) {
    assert.equal(isWorthTelling('exit.success', level), false);
    assert.equal(isWorthTelling('stop.graceful', level), false);
  }
});

test('off tells nothing, all tells more than unexpected', () => {
  const told = (level: 'off' | 'unexpected' | 'all'): readonly string[] =>
    CAUSE_IDS.filter((cause) => isWorthTelling(cause, level));
  assert.deepEqual(told('off'), []);
  assert.ok(told('unexpected').includes('oom.container'));
  assert.ok(!told('unexpected').includes('stop.shutdown'));
  assert.ok(told('all').includes('stop.shutdown'));
  assert.ok(told('unexpected').every((cause) => told('all').includes(cause)));
});

test('of wounds, what is broken is unexpected; a kill from the host is told of to whoever wants all', () => {
  assert.ok(isWorthTelling('oom.container', 'unexpected', true));
  assert.ok(isWorthTelling('crash.segfault', 'unexpected', true));
  assert.ok(!isWorthTelling('kill.host', 'unexpected', true));
  assert.ok(isWorthTelling('kill.host', 'all', true));
  assert.ok(!isWorthTelling('oom.container', 'off', true));
});

test('wounds are no deaths: one notification says which it is', () => {
  const name = ({ death }: ReturnType<typeof entry>): string => death.containerName ?? '';
  const wound = { signature: 's', count: 1, firstAt: 0, lastAt: 0 };
  const wounds = announce([entry(1, { wound }), entry(2, { wound })], name);
  assert.ok(wounds?.kind === 'many' && wounds.wounds);
  const deaths = announce([entry(1), entry(2)], name);
  assert.ok(deaths?.kind === 'many' && !deaths.wounds);
});

test('a burst is told of once, when it is over or has gone on for long enough', () => {
  assert.equal(tellAt({ firstMs: 0, lastMs: 0 }, undefined), BURST.quietMs);
  assert.equal(tellAt({ firstMs: 0, lastMs: 1_000 }, undefined), 1_000 + BURST.quietMs);
  assert.equal(tellAt({ firstMs: 0, lastMs: 60_000 }, undefined), BURST.longestMs);
  assert.equal(tellAt({ firstMs: 5_000, lastMs: 5_000 }, 4_000), 4_000 + COOL_DOWN_MS);
  assert.equal(tellAt({ firstMs: 90_000, lastMs: 90_000 }, 4_000), 90_000 + BURST.quietMs);
});

test('one death speaks for itself, several are counted', () => {
  const name = ({ death }: ReturnType<typeof entry>): string => death.containerName ?? '';
  assert.equal(announce([], name), undefined);
  assert.deepEqual(announce([entry(1)], name), { kind: 'one', entry: entry(1) });
  const loop = announce([entry(1, { containerName: 'x' }), entry(2, { containerName: 'x' })], name);
  assert.ok(loop?.kind === 'many' && loop.loop && loop.deaths === 2 && loop.newest.death.sequence === 2);
  const many = announce([entry(1), entry(2)], name);
  assert.ok(many?.kind === 'many' && !many.loop);
  assert.deepEqual(many.containers, ['web-1', 'web-2']);
});
