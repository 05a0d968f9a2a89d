import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { updateReference } from '../../../agent/cli/reference-main.ts';
import {
  REFERENCE_BEGIN,
  REFERENCE_END,
  renderReference,
  withReference,
} from '../../../agent/cli/reference/reference.ts';
import { COMMANDS } from '../../../agent/cli/registry.ts';
import { CAUSE_IDS } from '../../../agent/domain/causes.ts';
import { DEFAULT_SETTINGS } from '../../../agent/domain/settings.ts';

test('the reference names every command, flag, setting and cause', () => {
  const reference = renderReference();
  for (const { name, flags } of COMMANDS) {
    assert.ok(reference.includes(`#### \`inquest ${name}\``), name);
    for (const flag of Object.keys(flags)) assert.ok(reference.includes(`\`--${flag}`), flag);
  }
  for (const name of [...Object.keys(DEFAULT_SETTINGS), ...CAUSE_IDS])
    assert.ok(reference.includes(`\`${name}\``), name);
  assert.match(reference, /\| `evidence\[\]\.text` \| string \|/);
  assert.match(reference, /\| `oom_kill` \| .*`levels`/);
});

test('only what stands between the markers is replaced, and twice is the same as once', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'inquest-reference-'));
  try {
    const path = join(folder, 'README.md');
    await writeFile(path, `# Title\n\n${REFERENCE_BEGIN}\nold\n${REFERENCE_END}\n\nend\n`);
    assert.equal(await updateReference(path), true);
    const text = await readFile(path, 'utf8');
    assert.ok(text.startsWith('# Title\n') && text.endsWith('\nend\n') && !text.includes('\nold\n'));
    assert.equal(await updateReference(path), false);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test('a text without markers is refused', () => {
  assert.throws(() => withReference('# Title'), /lacks/);
});
