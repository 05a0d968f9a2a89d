import assert from 'node:assert/strict';
import { test } from 'node:test';
import { matches, parseFilter, toAgentFilter } from '../../../../extension/deaths/filter.ts';
import { entry } from './support.ts';

function passes(typed: string, candidate = entry(1), isSeen = false): boolean {
  return matches(parseFilter(typed).filter, candidate, 'Web One', isSeen);
}

const CASES: readonly (readonly [string, boolean])[] = [
  ['', true],
  ['is:oom', true],
  ['IS:OOM', true],
  ['is:oom.container', true],
  ['cause:crash', false],
  ['-is:crash', true],
  ['is:oom exit:137', true],
  ['exit:1', false],
  ['code:137', true],
  ['host:local', true],
  ['host:"web one"', true],
  ['host:node-7', true],
  ['host:web', false],
  ['image:shop', true],
  ['name:web-1', true],
  ['container:aaaa', true],
  ['needed memory', true],
  ['"more memory"', true],
  ['"memory more"', false],
  ['-memory', false],
  ['is:unseen', true],
  ['is:unexpected', true],
  ['is:expected', false],
  ['is:incomplete', false],
  ['is:uncertain', false],
  ['project:shop', false],
  ['pod:cart', false],
  ['http://x', false],
  ['is:nonsense', false],
];

for (const [typed, expected] of CASES) {
  test(`${typed === '' ? 'an empty filter' : typed} ${expected ? 'keeps' : 'drops'} an out-of-memory death`, () => {
    assert.equal(passes(typed), expected);
  });
}

test('the project and the pod are looked at', () => {
  assert.ok(passes('project:shop', entry(1, { project: 'Shop' })));
  assert.ok(passes('pod:cart', entry(1, { pod: 'shop/cart-0' })));
  assert.ok(!passes('is:unseen', entry(1), true));
});

test('what cannot be meant is told', () => {
  assert.deepEqual(parseFilter('is:nonsense exit:999 is:oom').problems, [
    { kind: 'unknown-state', value: 'nonsense' },
    { kind: 'bad-exit-code', value: '999' },
  ]);
  assert.deepEqual(parseFilter('  is:oom   web  ').filter.source, 'is:oom   web');
});

test('the agent is asked for what it can tell apart, and for nothing else', () => {
  assert.deepEqual(toAgentFilter(parseFilter('is:oom exit:137 host:web-1 some longer').filter), {
    cause: 'oom',
    exitCode: 137,
    text: 'longer',
  });
  assert.equal(toAgentFilter(parseFilter('is:unseen -is:oom host:x').filter), undefined);
  assert.equal(toAgentFilter(parseFilter('größe').filter), undefined);
});
