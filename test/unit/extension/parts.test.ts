import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { entriesOf, targetOf } from '../../../extension/commands/targets.ts';
import { HostRegistry } from '../../../extension/connect/host-registry.ts';
import { DeathList } from '../../../extension/deaths/death-list.ts';
import { describeNode } from '../../../extension/deaths/rows.ts';
import { Disposables } from '../../../extension/disposables.ts';
import { findDeaths, knownDeadContainers } from '../../../extension/language/find-deaths.ts';
import { pageHtml } from '../../../extension/panel/html.ts';
import { coalesced } from '../../../extension/views/coalesced.ts';
import { seenStore } from '../../../extension/views/seen-store.ts';
import { entry, idOf, NOW, summary, TestStore } from './deaths/support.ts';

test('what is opened together ends together, the last first, and what comes too late ends at once', () => {
  const ended: string[] = [];
  const things = new Disposables();
  for (const name of ['a', 'b']) things.push({ dispose: () => ended.push(name) });
  things.defer(() => ended.push('c'));
  things.clear();
  assert.deepEqual(ended, ['c', 'b', 'a']);
  things.push({ dispose: () => ended.push('d') });
  things.dispose();
  things.push({ dispose: () => ended.push('late') });
  assert.deepEqual(ended.slice(3), ['d', 'late']);
});

test('a burst of changes is drawn once, and none after the end', async () => {
  let drawn = 0;
  const draw = coalesced(() => {
    drawn += 1;
  });
  draw();
  draw();
  await sleep(100);
  assert.equal(drawn, 1);
  draw();
  draw.dispose();
  await sleep(100);
  assert.equal(drawn, 1);
});

test('what was seen is read back only when it is what was written', () => {
  const kept = new Map<string, unknown>();
  const store = seenStore(
    {
      get: (key) => kept.get(key),
      update: (key, value) => {
        kept.set(key, value);
        return Promise.resolve();
      },
    },
    (error) => assert.fail(String(error)),
  );
  assert.equal(store.load('web'), undefined);
  store.save('web', { floor: 3, above: [5] });
  assert.deepEqual(store.load('web'), { floor: 3, above: [5] });
  for (const broken of [null, 7, {}, { floor: 'x', above: [] }, { floor: 1, above: ['x'] }]) {
    kept.set('seen:web', broken);
    assert.equal(store.load('web'), undefined);
  }
});

test('commands take rows, references and ids, and nothing that only looks like them', () => {
  const row = { kind: 'death', id: 'x', entry: entry(1) };
  const ref = { hostId: 'local', deathId: idOf(1) };
  assert.deepEqual(targetOf(row), { kind: 'ref', ref });
  assert.deepEqual(targetOf({ kind: 'loop', entries: [entry(1), entry(2)] }), { kind: 'ref', ref });
  assert.deepEqual(targetOf(ref), { kind: 'ref', ref });
  assert.deepEqual(targetOf(idOf(3)), { kind: 'id', deathId: idOf(3) });
  for (const other of [undefined, 'rm -rf', 7, {}, { hostId: 'a', deathId: 'b' }, { entry: {} }, { entries: [{}] }]) {
    assert.equal(targetOf(other), undefined);
  }
  assert.equal(entriesOf({ entries: [entry(1), { death: 1 }] }).length, 1);
  assert.deepEqual(entriesOf('x'), []);
});

test('rows say in one line what a screen reader says in a sentence', () => {
  const context = { now: NOW, isSeen: () => false, hostLabel: (id: string) => `host ${id}` };
  const row = describeNode({ kind: 'death', id: 'a', entry: entry(1) }, context);
  assert.equal(row.label, 'web-1');
  assert.equal(row.description, '137 · memory limit · host local · 1m');
  assert.match(row.spoken, /web-1, Killed because .*, host local, 1 min ago, unseen/);
  const loop = describeNode({ kind: 'loop', id: 'b', entries: [entry(3), entry(2), entry(1)] }, context);
  assert.match(loop.description, /^×3 · 137/);
  assert.match(loop.spoken, /^Restart loop, 3 times/);
  // Below the loop's row the name says nothing new; when it was does.
  const turn = describeNode({ kind: 'death', id: 'c', entry: entry(1), isOfLoop: true }, context);
  assert.deepEqual([turn.label, turn.spoken], ['1 min ago', row.spoken]);
  assert.equal(turn.description, '137 · memory limit');
  const group = describeNode(
    { kind: 'group', id: 'c', label: { key: 'a', label: 'Today' }, entries: [entry(1)], isFirst: true },
    context,
  );
  assert.equal(group.description, '1');
  assert.equal(group.spoken, 'Today, 1 death, 1 unseen');
  assert.equal(describeNode({ kind: 'more', id: 'more' }, context).label, 'Load older deaths');
});

test('the page of the panel allows nothing but its own script and style sheet', () => {
  const html = pageHtml({
    nonce: 'n0nce',
    cspSource: 'https://cdn.example',
    scriptUri: 'https://cdn.example/panel.js',
    styleUri: 'https://cdn.example/panel.css',
    language: 'en',
    translations: { '"><script>': '</script>' },
  });
  const [, policy = ''] = /Content-Security-Policy" content="([^"]*)"/.exec(html) ?? [];
  assert.match(policy, /^default-src 'none'; script-src 'nonce-n0nce'; style-src https:\/\/cdn\.example; /);
  assert.doesNotMatch(policy, /unsafe|\*|data:/);
  assert.equal([...html.matchAll(/<script/g)].length, 1);
  assert.doesNotMatch(html, /style=|onclick|onerror/);
});

test('the language server gets what is known without asking, and asks nobody when nobody is connected', async () => {
  const deaths = new DeathList({
    now: () => NOW,
    memory: { load: () => undefined, save: () => undefined },
    onChange: () => undefined,
  });
  await deaths.connect(new TestStore([summary(1), summary(2, { containerName: undefined })]));
  const hosts = new HostRegistry({ onState: () => undefined, onChange: () => undefined, onHosts: () => undefined });
  const known = knownDeadContainers({ hosts, deaths });
  assert.equal(known.length, 2);
  assert.ok(known.some(({ name }) => name === 'web-1'));
  assert.deepEqual(await findDeaths({ hosts, deaths }, { exitCode: 137 }), { deaths: [] });
  assert.deepEqual(await findDeaths({ hosts, deaths }, {}), { deaths: [] });
});
