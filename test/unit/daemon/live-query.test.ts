import assert from 'node:assert/strict';
import { test } from 'node:test';
import { closestNames, matchContainer } from '../../../agent/daemon/live-query.ts';
import type { ContainerIdentity } from '../../../agent/domain/container.ts';

function named(name: string, id: string): ContainerIdentity {
  return { id, name, source: 'runtime', runtime: 'docker', labels: {} };
}

const WEB = named('web', 'abcd1234');
const API = named('api', 'abcd9999');
const CAFE = named('cafe', 'ffff0000');
const BY_ID = named('other', 'cafe5555');

test('a name finds its container, an id prefix of four characters too', () => {
  assert.deepEqual(matchContainer('web', [WEB, API]), { kind: 'one', identity: WEB });
  assert.deepEqual(matchContainer('abcd9', [WEB, API]), { kind: 'one', identity: API });
  assert.deepEqual(matchContainer('abc', [WEB, API]), { kind: 'none' });
});

test('a prefix of several is ambiguous, and a name goes before a prefix', () => {
  assert.deepEqual(matchContainer('abcd', [WEB, API]), { kind: 'many', identities: [WEB, API] });
  assert.deepEqual(matchContainer('cafe', [CAFE, BY_ID]), { kind: 'one', identity: CAFE });
});

test('near names are suggested, best first, far ones are not', () => {
  assert.deepEqual(closestNames('wbe', ['web', 'database', 'web']), ['web']);
  assert.deepEqual(closestNames('shop', ['shop-api', 'shup', 'worker']), ['shop-api', 'shup']);
  assert.deepEqual(closestNames('zzzzzz', ['web']), []);
});
