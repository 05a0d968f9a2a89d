import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ContainerIdentity } from '../../../agent/domain/container.ts';
import { configChanges } from '../../../agent/domain/config-changes.ts';
import { changesSentence, ordinal, repetitionSentence } from '../../../agent/domain/repetition-words.ts';
import { workloadKey } from '../../../agent/domain/workload.ts';

function identity(more: Partial<ContainerIdentity>): ContainerIdentity {
  return { id: 'a'.repeat(64), source: 'runtime', runtime: 'docker', labels: {}, ...more };
}

describe('what stays the same when a container is made anew', () => {
  const pod = (name: string): ContainerIdentity =>
    identity({
      name: `k8s_cart_${name}_shop_uid_0`,
      labels: {
        'io.kubernetes.pod.namespace': 'shop',
        'io.kubernetes.pod.name': name,
        'io.kubernetes.container.name': 'cart',
      },
    });

  test('is the service in Compose, whatever the container is called', () => {
    const labels = { 'com.docker.compose.project': 'shop', 'com.docker.compose.service': 'api' };
    assert.equal(workloadKey(identity({ name: 'shop-api-1', labels })), workloadKey(identity({ name: 'x', labels })));
  });

  test('is the workload in Kubernetes, not the pod of the moment', () => {
    assert.equal(workloadKey(pod('cart-7d4b9c6f5d-x2x9q')), workloadKey(pod('cart-5b8dc7c9fd-zzk4w')));
    assert.equal(workloadKey(pod('cart-x2x9q')), workloadKey(pod('cart-zzk4w')));
    assert.notEqual(workloadKey(pod('cart-0')), workloadKey(pod('cart-1')));
    assert.notEqual(workloadKey(pod('cart-7d4b9c6f5d-x2x9q')), workloadKey(pod('till-7d4b9c6f5d-x2x9q')));
  });

  test('is the name, else the id', () => {
    const named = { name: 'api', id: 'b'.repeat(64) };
    assert.equal(workloadKey(identity({ name: 'api' })), workloadKey(identity(named)));
    assert.notEqual(workloadKey(identity({})), workloadKey(identity({ id: 'b'.repeat(64) })));
  });
});

describe('what changed', () => {
  const textsOf = (before: Partial<ContainerIdentity>, after: Partial<ContainerIdentity>): readonly string[] =>
    configChanges(identity(before), identity(after)).map(({ text }) => text);

  test('names both values', () => {
    assert.deepEqual(textsOf({ image: 'web:1' }, { image: 'web:2' }), ['the image went from web:1 to web:2']);
    assert.deepEqual(textsOf({ limits: {} }, { limits: { memoryBytes: 25_165_824 } }), [
      'a memory limit of 24 MiB was set where there was none',
    ]);
    assert.deepEqual(textsOf({ command: ['a'] }, { command: ['a', 'b c'] }), ["the command went from a to a 'b c'"]);
  });

  test('tells another build of the same name by its digest', () => {
    const [text] = textsOf(
      { image: 'web:1', imageDigest: `sha256:${'1'.repeat(64)}` },
      { image: 'web:1', imageDigest: `sha256:${'2'.repeat(64)}` },
    );
    assert.equal(text, 'the image web:1 was replaced by another build (111111111111, then 222222222222)');
  });

  test('escapes what containers choose', () => {
    const [text = ''] = textsOf({ environmentNames: [] }, { environmentNames: ['A\u001b[31m'] });
    assert.ok(!text.includes('\u001b'), text);
  });

  test('says nothing of what only the kernel saw', () => {
    assert.deepEqual(textsOf({ source: 'kernel' }, { limits: { memoryBytes: 1 } }), []);
    assert.deepEqual(textsOf({}, { limits: { memoryBytes: 1 } }), []);
  });
});

describe('the sentence', () => {
  test('counts as people do', () => {
    assert.deepEqual([1, 2, 3, 4, 11, 12, 13, 21, 112, 1_001].map(ordinal), [
      ...['1st', '2nd', '3rd', '4th', '11th', '12th', '13th', '21st', '112th', '1,001st'],
    ]);
  });

  test('says since when and how often; of the first there is nothing to say', () => {
    const common = { signature: 's', firstAt: 0, lastAt: 0, changes: [] };
    const again = repetitionSentence({ ...common, count: 15, medianPeriodSeconds: 40 }, 'Tuesday 14:03');
    assert.equal(again, 'The 15th time since Tuesday 14:03, about every 40 s.');
    assert.equal(repetitionSentence({ ...common, count: 1 }, 'Tuesday 14:03'), undefined);
    assert.equal(changesSentence({ ...common, count: 3 }), undefined);
  });
});
