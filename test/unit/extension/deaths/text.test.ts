import assert from 'node:assert/strict';
import { test } from 'node:test';
import { US_PER_SECOND } from '../../../../agent/domain/time.ts';
import { nameOf } from '../../../../extension/deaths/entry.ts';
import { linkTo, linkToPlace, parseLink } from '../../../../extension/deaths/links.ts';
import { codeBlock, escapeLabel, escapeMarkdown, inlineCode } from '../../../../extension/deaths/markdown-text.ts';
import { ago, nextChangeMs } from '../../../../extension/deaths/relative-time.ts';
import { SeenDeaths } from '../../../../extension/deaths/seen.ts';
import { tooltipOf } from '../../../../extension/deaths/tooltip.ts';
import { causeText, endText, exitText } from '../../../../extension/deaths/words.ts';
import { count, loadBundle, loadedBundle, t } from '../../../../extension/l10n/t.ts';
import { ACTIVE_MARKUP, entry, idOf, markupOf, NOW, summary } from './support.ts';

test('how long ago is said in one unit', () => {
  const spans = [0, 1, 30, 90, 7_200, 90_000, 200_000, 3_000_000];
  assert.deepEqual(
    spans.map((seconds) => ago(NOW - seconds * US_PER_SECOND, NOW)),
    ['now', 'now', '30 s ago', '1 min ago', '2 h ago', '25 h ago', '2 days ago', '4 weeks ago'],
  );
  assert.equal(ago(NOW + 5 * US_PER_SECOND, NOW), 'now', 'clocks of two machines differ');
});

test('the older the newest death, the rarer its age is looked at', () => {
  const next = [5, 300, 90_000].map((seconds) => nextChangeMs(NOW - seconds * US_PER_SECOND, NOW) ?? 0);
  assert.deepEqual(
    next,
    next.toSorted((a, b) => a - b),
  );
  assert.equal(nextChangeMs(undefined, NOW), undefined);
});

test('a death is named and described in a few words', () => {
  assert.equal(nameOf(summary(1)), 'web-1');
  assert.equal(nameOf(summary(1, { containerName: undefined })), 'aaaaaaaaaaaa');
  assert.equal(endText(summary(1)), '137 · memory limit');
  assert.equal(causeText(summary(1, { certainty: 'likely' })), 'memory limit?');
  assert.equal(causeText(summary(1, { cause: 'unknown', certainty: 'unknown' })), 'unknown');
  assert.equal(exitText({ kind: 'exited', code: 3 }), '3');
  assert.equal(exitText(undefined), 'unknown');
  assert.equal(endText(summary(1, { exit: undefined })), '? · memory limit');
});

const NASTY = [
  '[x](command:workbench.action.quit)',
  '<img src=x onerror=alert(1)>',
  '$(bug) https://evil.example',
  '`code` ```fence',
  '![i](http://x/y.png)',
  '\u202egnp.exe\u001b[31m',
  'a\n\n# heading',
  '- item',
  '1. item',
  'www.evil.example user@evil.example',
];

test('foreign text is never markup', () => {
  for (const text of NASTY) {
    const escaped = markupOf(escapeMarkdown(text));
    assert.doesNotMatch(escaped, ACTIVE_MARKUP, text);
    assert.doesNotMatch(escaped, /^\s*(?:[#+-]|\d+\.)|\$\(|[*_`]/, text);
    const label = escapeLabel(text);
    assert.doesNotMatch(label, /\$\(|\]\(|\n|\u202e/, text);
  }
});

test('code cannot be left from inside', () => {
  assert.equal(inlineCode('plain'), '`plain`');
  assert.equal(inlineCode('a `b` c'), '``a `b` c``');
  assert.equal(inlineCode('`x'), '`` `x ``');
  const block = codeBlock(['one', '```', '````'], 'text');
  assert.ok(block.startsWith('`````text\n'));
  assert.ok(block.endsWith('\n`````'));
});

test('a tooltip holds a hostile name without a link, an image or an icon of its own', () => {
  for (const text of NASTY) {
    const markdown = tooltipOf(entry(1, { containerName: text, image: text, headline: text, pod: text }), text, NOW);
    const markup = markupOf(markdown);
    assert.doesNotMatch(markup, ACTIVE_MARKUP, text);
    assert.deepEqual(
      [...markup.matchAll(/\$\(([\w-]+)\)/g)].map(([, icon]) => icon),
      ['database'],
    );
  }
  const incomplete = tooltipOf(entry(1, { complete: false, revision: 3 }), 'web', NOW);
  assert.match(incomplete, /evidence is incomplete/);
  assert.match(incomplete, /Revised 2 times/);
});

test('a link leads back to its death, and nothing else is a link', () => {
  const ref = { hostId: 'user@web 1', deathId: idOf(7) };
  const link = new URL(linkTo(ref, 'vscode'));
  assert.deepEqual(parseLink({ path: link.pathname, query: link.search.slice(1) }), ref);
  const toPlace = new URL(linkToPlace(ref, 'vscode'));
  assert.deepEqual(parseLink({ path: toPlace.pathname, query: toPlace.search.slice(1) }), ref);
  assert.notEqual(toPlace.pathname, link.pathname);
  const good = `host=web&id=${idOf(7)}`;
  for (const [path, query] of [
    ['/other', good],
    ['/death', `id=${idOf(7)}`],
    ['/death', `host=web&id=../../etc/passwd`],
    ['/death', `host=&id=${idOf(7)}`],
    ['/death', `host=${'x'.repeat(300)}&id=${idOf(7)}`],
    ['/death', `${good}&connect=yes`],
    ['/death', `${good}&host=other`],
  ] as const) {
    assert.equal(parseLink({ path, query }), undefined, `${path}?${query}`);
  }
});

test('what was seen stays small and exact', () => {
  const seen = new SeenDeaths({ floor: 10, above: [12, 5] });
  assert.deepEqual(
    [5, 10, 11, 12, 13].map((sequence) => seen.has(sequence)),
    [true, true, false, true, false],
  );
  assert.equal(seen.add([11]), true);
  assert.equal(seen.add([3, 12]), false);
  assert.deepEqual(seen.toState(), { floor: 12, above: [] });
  seen.add(Array.from({ length: 2_000 }, (_, index) => 20 + 2 * index));
  assert.ok(seen.toState().above.length <= 1_000);
  assert.ok(seen.has(20) && seen.has(20 + 2 * 1_999) && !seen.has(20 + 2 * 1_999 - 1));
  seen.restartIfBeyond(3);
  assert.deepEqual(seen.toState(), { floor: 0, above: [] });
});

test('texts are translated by their English form, and filled in', () => {
  assert.equal(t('{0} of {1}, {2}', 1, 'two'), '1 of two, {2}');
  assert.equal(count(1, '{0} death', '{0} deaths'), '1 death');
  assert.equal(count(2_000, '{0} death', '{0} deaths'), '2,000 deaths');
  loadBundle({ now: 'jetzt', Host: { message: 'Rechner' } });
  assert.equal(t('now'), 'jetzt');
  assert.equal(t('Host'), 'Rechner');
  assert.equal(t('constructor'), 'constructor');
  assert.deepEqual(loadedBundle(), { now: 'jetzt', Host: 'Rechner' });
  loadBundle(undefined);
  assert.equal(t('now'), 'now');
});
