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

test('a pod finds its container, and not the one that holds its namespaces', () => {
  const labels = { 'io.kubernetes.pod.namespace': 'shop', 'io.kubernetes.pod.name': 'cart-0' };
  const app = { ...named('cart-0/app', 'aaaa1111'), labels: { ...labels, 'io.kubernetes.container.name': 'app' } };
  const pause = { ...named('cart-0', 'bbbb2222'), labels, isSandbox: true };
  const proxy = {
    ...named('cart-0/proxy', 'cccc3333'),
    labels: { ...labels, 'io.kubernetes.container.name': 'proxy' },
  };
  assert.deepEqual(matchContainer('shop/cart-0', [app, pause]), { kind: 'one', identity: app });
  assert.deepEqual(matchContainer('shop/cart-0', [app, pause, proxy]), { kind: 'many', identities: [app, proxy] });
  assert.deepEqual(matchContainer('shop/cart-0/proxy', [app, pause, proxy]), { kind: 'one', identity: proxy });
  assert.deepEqual(matchContainer('test/cart-0', [app]), { kind: 'none' });
});

test('near names are suggested, best first, far ones are not', () => {
  assert.deepEqual(closestNames('wbe', ['web', 'database', 'web']), ['web']);
  assert.deepEqual(closestNames('shop', ['shop-api', 'shup', 'worker']), ['shop-api', 'shup']);
  assert.deepEqual(closestNames('zzzzzz', ['web']), []);
});
