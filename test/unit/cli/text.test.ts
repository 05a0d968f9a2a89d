import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isUtf8, lookOf, processIo, wantsColor } from '../../../agent/cli/io.ts';
import { didYouMean, nearest } from '../../../agent/cli/suggest.ts';
import {
  cellWidth,
  cutMiddleToCells,
  cutToCells,
  padStartToCells,
  padToCells,
  wrap,
} from '../../../agent/cli/text/cells.ts';
import { toCharset } from '../../../agent/cli/text/look.ts';
import type { Look } from '../../../agent/cli/text/look.ts';
import { absoluteTime, ago, relativeTo } from '../../../agent/cli/text/times.ts';
import { roughly } from '../../../agent/domain/time.ts';
import { parseLabels, parseMoment, parseWhole } from '../../../agent/cli/values.ts';
import { DIED_AT } from '../../support/deaths.ts';

const LOOK: Look = { columns: 80, color: false, unicode: true, now: DIED_AT, timeZone: 'UTC' };
const SECOND = 1_000_000;

test('wide and combining characters are measured in cells', () => {
  assert.equal(cellWidth('日本'), 4);
  assert.equal(cellWidth('e\u0301'), 1);
  assert.equal(padToCells('日', 4), '日  ');
  assert.equal(padStartToCells('日', 4), '  日');
  assert.equal(cutToCells('日本語', 5), '日本…');
  assert.equal(cutToCells('abc', 3), 'abc');
  assert.equal(cutMiddleToCells('runc --root /a/b kill 9', 14), 'runc --r…ill 9');
  assert.equal(cutMiddleToCells('short', 14), 'short');
});

test('prose wraps at words, keeps numbers with their units and breaks what is longer than a line', () => {
  assert.deepEqual(wrap('memory was at 18 MiB of 256 MiB', 18), ['memory was at', '18 MiB of 256 MiB']);
  assert.deepEqual(wrap('abcdefghij kl', 4), ['abcd', 'efgh', 'ij', 'kl']);
  assert.deepEqual(wrap('', 10), ['']);
});

test('without UTF-8 our own marks become ASCII and everything else is escaped', () => {
  const look = { ...LOOK, unicode: false };
  assert.equal(toCharset(look, '“−3 µs” → 日'), '"-3 us" -> \\u{65e5}');
  assert.equal(toCharset(LOOK, '日'), '日');
});

test('times are told from now, absolutely, and from the death', () => {
  assert.equal(ago(DIED_AT - 200 * SECOND, LOOK), '3 min ago');
  assert.equal(ago(DIED_AT, LOOK), 'just now');
  assert.match(ago(DIED_AT + 60 * SECOND, LOOK), /clocks differ/);
  assert.equal(roughly(3 * 86_400 * SECOND), '3 days');
  assert.equal(roughly(47 * 3_600 * SECOND), '47 h');
  assert.equal(absoluteTime(DIED_AT, LOOK), '2026-11-23 06:17:04 UTC');
  assert.equal(absoluteTime(DIED_AT, { ...LOOK, timeZone: 'Asia/Tokyo' }), '2026-11-23 15:17:04 GMT+9');
  assert.equal(relativeTo(DIED_AT - 3_200, DIED_AT, LOOK), '−3.2 ms');
  assert.equal(relativeTo(DIED_AT + SECOND, DIED_AT, LOOK), '+1.0 s');
  assert.equal(relativeTo(DIED_AT, DIED_AT, LOOK), '0 s');
});

test('the nearest word is found, and nothing is made up', () => {
  assert.equal(nearest('deths', ['deaths', 'doctor']), 'deaths');
  assert.equal(nearest('expl', ['explain', 'deaths']), 'explain');
  assert.equal(nearest('zebra', ['deaths', 'doctor']), undefined);
  assert.equal(didYouMean('zebra', ['deaths'], 'none'), 'none');
});

test('colour and character set follow the environment', () => {
  assert.equal(wantsColor({}, true), true);
  assert.equal(wantsColor({ TERM: 'dumb' }, true), false);
  assert.equal(wantsColor({ NO_COLOR: '' }, true), true);
  assert.equal(wantsColor({ NO_COLOR: '1', FORCE_COLOR: '1' }, true), false);
  assert.equal(wantsColor({ FORCE_COLOR: '' }, false), true);
  assert.equal(isUtf8({ LANG: 'en_US.UTF-8' }), true);
  assert.equal(isUtf8({ LANG: 'en_US.UTF-8', LC_ALL: 'C' }), false);
  assert.equal(isUtf8({ LC_CTYPE: 'C.utf8', LANG: 'C' }), true);
  assert.equal(isUtf8({}), false);
});

test('the width is the terminal’s, else COLUMNS, else unlimited', () => {
  const io = { ...processIo(), env: { COLUMNS: '90' } };
  assert.equal(lookOf(io, { isTTY: true, columns: 120 }, false).columns, 120);
  assert.equal(lookOf(io, {}, false).columns, 90);
  assert.equal(lookOf({ ...io, env: { COLUMNS: 'x' } }, {}, false).columns, undefined);
});

test('moments are spans before now or RFC 3339', () => {
  assert.equal(parseMoment('--since', '2h', DIED_AT), DIED_AT - 7_200 * SECOND);
  assert.equal(parseMoment('--since', '1.5d', DIED_AT), DIED_AT - 129_600 * SECOND);
  assert.equal(parseMoment('--since', '2026-11-23T06:17:04.123456Z', 0), DIED_AT);
  for (const wrong of ['2 h', 'h', '-2h', '2y', '2026-11-23']) {
    assert.throws(() => parseMoment('--since', wrong, DIED_AT), { reason: 'bad-usage' }, wrong);
  }
});

test('numbers and labels are taken as written or refused', () => {
  assert.equal(parseWhole('--limit', '500', 1, 500), 500);
  assert.throws(() => parseWhole('--limit', '5e2', 1, 500), { reason: 'bad-usage' });
  assert.deepEqual(parseLabels('--label', ['a=b=c', 'x=']), { a: 'b=c', x: '' });
  assert.throws(() => parseLabels('--label', ['=x']), { reason: 'bad-usage' });
});
