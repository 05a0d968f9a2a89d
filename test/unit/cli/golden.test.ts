import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { renderCode } from '../../../agent/cli/render/code.ts';
import { renderExplain } from '../../../agent/cli/render/explain.ts';
import { renderDeaths } from '../../../agent/cli/render/list.ts';
import { cellWidth } from '../../../agent/cli/text/cells.ts';
import type { Look } from '../../../agent/cli/text/look.ts';
import { explainExitCode } from '../../../agent/domain/exit-codes.ts';
import { GALLERY } from '../../support/death-gallery.ts';
import { DIED_AT, summaryOf } from '../../support/deaths.ts';
import { handledSegfaultDeath } from '../../support/segfault-death.ts';

const LOOK: Look = {
  columns: 80,
  color: false,
  unicode: true,
  now: DIED_AT + 200_000_000,
  timeZone: 'UTC',
};

/** Golden texts are read by people in review. `UPDATE_GOLDEN=1` writes them anew. */
async function matchesGolden(name: string, lines: readonly string[]): Promise<void> {
  const path = new URL(`golden/${name}.txt`, import.meta.url);
  const text = `${lines.join('\n')}\n`;
  if (process.env['UPDATE_GOLDEN'] === '1') await writeFile(path, text);
  assert.equal(text, await readFile(path, 'utf8'));
}

const LIST = Object.values(GALLERY).map((death, index) =>
  summaryOf({ ...death, at: death.at - index * index * 9_000_000_000 }, index),
);

for (const [name, death] of Object.entries(GALLERY)) {
  test(`explain ${name} reads as agreed in 80 columns`, async () => {
    await matchesGolden(`explain-${name}`, renderExplain(death, LOOK, { all: false, tier: 'sensitive' }));
  });
}

test('explain --all shows every line of evidence and whole commands', async () => {
  const lines = renderExplain(GALLERY.hostile, { ...LOOK, columns: 120 }, { all: true, tier: 'plain' });
  await matchesGolden('explain-hostile-all-120', lines);
});

test('explain a crash whose handler aborted, and with the steps of the handler', async () => {
  const explained = (all: boolean): readonly string[] =>
    renderExplain(handledSegfaultDeath, LOOK, { all, tier: 'sensitive' });
  await matchesGolden('explain-handled-segfault', explained(false));
  await matchesGolden('explain-handled-segfault-all', explained(true));
});

test('explain in colour and in ASCII', async () => {
  const options = { all: false, tier: 'sensitive' } as const;
  await matchesGolden('explain-oom-color', renderExplain(GALLERY.oom, { ...LOOK, color: true }, options));
  await matchesGolden('explain-oom-ascii', renderExplain(GALLERY.oom, { ...LOOK, unicode: false }, options));
});

test('the list in 80 and 120 columns', async () => {
  await matchesGolden('deaths-80', renderDeaths(LIST, LOOK, true));
  await matchesGolden('deaths-120', renderDeaths(LIST, { ...LOOK, columns: 120 }, false));
});

test('what 137 can mean', async () => {
  await matchesGolden('code-137', renderCode(explainExitCode(137), LOOK));
});

test('whatever a container calls itself, no control or bidirectional character reaches the terminal', () => {
  for (const unicode of [true, false]) {
    const look = { ...LOOK, unicode };
    const all = renderExplain(GALLERY.hostile, look, { all: true, tier: 'sensitive' });
    for (const line of [...all, ...renderDeaths(LIST, look, false)]) {
      assert.doesNotMatch(line, /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
    }
  }
});

test('nothing but commands to copy is wider than the terminal', () => {
  for (const columns of [60, 80, 120]) {
    const look = { ...LOOK, columns };
    const lines = Object.values(GALLERY).flatMap((death) =>
      renderExplain({ ...death, verdict: { ...death.verdict, advice: [] } }, look, { all: false, tier: 'sensitive' }),
    );
    for (const line of [...lines, ...renderDeaths(LIST, look, true)]) {
      assert.ok(cellWidth(line) <= columns, `${String(columns)}: ${line}`);
    }
  }
});
