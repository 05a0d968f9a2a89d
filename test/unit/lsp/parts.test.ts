import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LINE_WINDOW } from '../../../agent/domain/line-window.ts';
import { FOUND_LIMIT, KNOWN_LIMIT } from '../../../agent/domain/lsp-protocol.ts';
import type { FoundDeath } from '../../../agent/domain/lsp-protocol.ts';
import { findMentions, knownContainers } from '../../../agent/domain/mentions.ts';
import { OpenDocuments } from '../../../agent/lsp/documents.ts';
import { localPath } from '../../../agent/lsp/lines.ts';
import { wantedFor, weigh } from '../../../agent/lsp/wanted.ts';
import { readDeaths, readKnown, readLine, readOffers } from '../../../agent/lsp/wire.ts';
import { within } from '../../../agent/lsp/within.ts';

const AT = 1_795_414_624_000_000;
const MINUTE = 60_000_000;
const death = (at: number, id = 'a'.repeat(26)): FoundDeath => ({
  id,
  host: 'h',
  headline: 'x',
  certainty: 'likely',
  at,
});

const opened = (uri: string, text: string) => ({ textDocument: { uri, languageId: 'log', version: 1, text } });

test('documents: single lines, edits, and what is closed is gone', () => {
  const documents = new OpenDocuments();
  documents.open(opened('a:1', 'one\r\ntwo\nthree'));
  assert.deepEqual(documents.window('a:1', 0, 0), { text: 'one', offset: 0, cutAfter: false });
  assert.equal(documents.window('a:1', 2, 0)?.text, 'three');
  assert.equal(documents.window('a:1', 3, 0), undefined);
  const range = { start: { line: 1, character: 0 }, end: { line: 2, character: 0 } };
  documents.change({ textDocument: { uri: 'a:1', version: 2 }, contentChanges: [{ range, text: '' }] });
  assert.equal(documents.window('a:1', 1, 0)?.text, 'three');
  documents.change({ textDocument: { uri: 'a:2', version: 2 }, contentChanges: [{ text: 'never opened' }] });
  documents.close({ textDocument: { uri: 'a:1' } });
  for (const uri of ['a:1', 'a:2']) {
    assert.equal(documents.has(uri), false);
    assert.equal(documents.window(uri, 0, 0), undefined);
  }
});

test('documents that are or become too large are forgotten, and of too many the ones longest unused', () => {
  const documents = new OpenDocuments({ document: 10, all: 20 });
  documents.open(opened('a:big', 'x'.repeat(11)));
  assert.equal(documents.has('a:big'), false);
  for (const name of ['a:1', 'a:2', 'a:3']) documents.open(opened(name, 'x'.repeat(8)));
  assert.deepEqual(
    ['a:1', 'a:2', 'a:3'].map((uri) => documents.has(uri)),
    [false, true, true],
  );
  documents.change({ textDocument: { uri: 'a:2', version: 2 }, contentChanges: [{ text: 'x'.repeat(11) }] });
  assert.equal(documents.has('a:2'), false);
});

test('only files of this machine have a path', () => {
  assert.equal(localPath('file:///var/log/a%20b.log'), '/var/log/a b.log');
  for (const uri of ['file://host/a', 'http://x/a', 'untitled:a', 'nothing', '', 'file:///a%2fb', 'file:///a%2Fb']) {
    assert.equal(localPath(uri), undefined, uri);
  }
});

test('answers of a client are read field by field; what does not fit is left out', () => {
  assert.deepEqual(readLine({ text: 'a', offset: 3, cutAfter: true }), { text: 'a', offset: 3, cutAfter: true });
  for (const answer of [
    null,
    7,
    {},
    { text: 1, offset: 0 },
    { text: 'a', offset: -1 },
    { text: 'x'.repeat(LINE_WINDOW + 1), offset: 0 },
  ]) {
    assert.equal(readLine(answer), undefined);
  }
  const whole = { ...death(AT), containerName: 'n', exitCode: 137 };
  assert.deepEqual(readDeaths({ deaths: [whole, death(AT)] }), [whole, death(AT)]);
  const broken = [
    null,
    1,
    { ...whole, id: 1 },
    { ...whole, certainty: 'sure' },
    { ...whole, at: NaN },
    { ...whole, at: 1e300 },
  ];
  assert.deepEqual(readDeaths({ deaths: broken.slice(0, FOUND_LIMIT) }), []);
  assert.deepEqual(readDeaths({ deaths: broken.slice(FOUND_LIMIT) }), []);
  assert.equal(readDeaths({ deaths: Array.from({ length: 9 }, () => whole) }).length, FOUND_LIMIT);
  for (const answer of [undefined, [], { deaths: 'x' }]) assert.deepEqual(readDeaths(answer), []);
  assert.deepEqual(readKnown({ containers: [{ id: 'a' }, { id: 'b', name: 'n' }, { name: 'x' }, 3] }), [
    { id: 'a' },
    { id: 'b', name: 'n' },
  ]);
  assert.equal(
    readKnown({ containers: Array.from({ length: KNOWN_LIMIT + 5 }, () => ({ id: 'a' })) }).length,
    KNOWN_LIMIT,
  );
  assert.deepEqual(readOffers({ inquest: { lineAt: true, commandLinks: 'yes' } }), {
    lineAt: true,
    deaths: false,
    commandLinks: false,
  });
  for (const options of [undefined, null, 'x', { inquest: null }]) assert.equal(readOffers(options).lineAt, false);
});

const KNOWN = knownContainers([{ id: '9'.repeat(64), name: 'shop-api-1' }]);
const ID = '3f2a9c1b4d5e';

function asked(line: string, phrase: string, near?: number) {
  const mentions = findMentions(line, KNOWN);
  const mention = mentions.find(({ start }) => start === line.indexOf(phrase));
  assert.ok(mention !== undefined, `${phrase} in ${line}`);
  return wantedFor(mention, mentions, near);
}

test('what is asked for: the container and the code that stand in the line', () => {
  assert.deepEqual(asked('exited with code 137', 'exited'), { exitCode: 137 });
  assert.deepEqual(asked('exited with code 137', 'exited', AT), { exitCode: 137, near: AT });
  assert.deepEqual(asked('shop-api-1 exited with code 137', 'exited'), { name: 'shop-api-1', exitCode: 137 });
  assert.deepEqual(asked('shop-api-1 exited with code 137', 'shop'), { name: 'shop-api-1', exitCode: 137 });
  assert.deepEqual(asked(`container ${ID} OOMKilled`, 'OOM'), { containerIdPrefix: ID });
  assert.deepEqual(asked('signal: killed', 'signal'), { exitCode: 137 });
  assert.deepEqual(asked('shop-api-1: signal: terminated', 'signal'), { name: 'shop-api-1' });
  assert.deepEqual(asked(`container ${ID} of shop-api-1 exited with code 1`, 'exited'), {
    name: 'shop-api-1',
    exitCode: 1,
  });
  for (const word of ['OOMKilled', 'CrashLoopBackOff', 'ContainerStatusUnknown'])
    assert.equal(asked(word, word), undefined);
});

test('a death is called the one of the line only where nothing else can be meant', () => {
  const name = { name: 'shop-api-1' };
  assert.equal(weigh([death(AT)], name).by, 'one');
  assert.equal(weigh([death(AT), death(AT - MINUTE)], name).by, 'container');
  assert.equal(weigh([], name).by, 'container');
  const byTime = weigh([death(AT - 3 * MINUTE), death(AT + MINUTE), death(AT + 60 * MINUTE)], { ...name, near: AT });
  assert.deepEqual([byTime.by, byTime.deaths], ['one', [death(AT + MINUTE)]]);
  assert.equal(weigh([death(AT - 60 * MINUTE)], { ...name, near: AT }).by, 'container');
  assert.equal(weigh([death(AT)], { exitCode: 137 }).by, 'code');
  assert.deepEqual(weigh([death(AT), death(AT - 60 * MINUTE)], { exitCode: 137, near: AT }).deaths, [death(AT)]);
});

test('within: the answer, the time, or whoever does not want it any more', async () => {
  const never = new AbortController().signal;
  assert.equal(await within(10_000, never, async () => 1), 1);
  let inner: AbortSignal | undefined;
  const stuck = (signal: AbortSignal): Promise<never> => {
    inner = signal;
    return Promise.withResolvers<never>().promise;
  };
  await assert.rejects(within(1, never, stuck), { reason: 'timeout' });
  assert.equal(inner?.aborted, true);
  const controller = new AbortController();
  const aborted = within(10_000, controller.signal, stuck);
  controller.abort(new Error('enough'));
  await assert.rejects(aborted, /enough/);
  assert.equal(inner?.aborted, true);
  await assert.rejects(within(10_000, AbortSignal.abort(new Error('before')), stuck), /before/);
});
