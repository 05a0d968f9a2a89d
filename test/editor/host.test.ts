import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { build } from 'esbuild';
import * as z from 'zod';
import { US_PER_SECOND } from '../../agent/domain/time.ts';
import { GALLERY } from '../support/death-gallery.ts';
import { Editor, editorUnavailable, packExtension, packFolder } from '../support/editor.ts';
import { startFakeAgent } from '../support/fake-agent.ts';
import { diedAgo } from '../support/fresh-deaths.ts';
import { waitFor } from '../support/process-tree.ts';
import { Workbench } from '../support/workbench.ts';

const OUTCOME_TIMEOUT_MS = 60_000;

const outcomeShape = z.object({
  passed: z.array(z.string()),
  failures: z.array(z.string()),
  figures: z.record(z.string(), z.number()),
});

/** The suite as an extension that starts with the window. */
async function packSuite(folder: string): Promise<string> {
  const stage = join(folder, 'suite');
  mkdirSync(stage);
  await build({
    entryPoints: [join(import.meta.dirname, 'host', 'suite.ts')],
    outfile: join(stage, 'suite.cjs'),
    bundle: true,
    platform: 'node',
    format: 'cjs',
    external: ['vscode'],
    logLevel: 'warning',
  });
  const manifest = {
    name: 'suite',
    displayName: 'Suite',
    description: 'Checks Inquest from inside the extension host.',
    publisher: 'inquest-test',
    version: '1.0.0',
    engines: { vscode: '^1.91.0' },
    main: './suite.cjs',
    files: ['**'],
    activationEvents: ['onStartupFinished'],
    extensionDependencies: ['inquest.inquest'],
  };
  writeFileSync(join(stage, 'package.json'), JSON.stringify(manifest));
  writeFileSync(join(stage, 'README.md'), 'For tests only.\n');
  const vsix = join(folder, 'suite.vsix');
  await packFolder(stage, vsix);
  return vsix;
}

test('the suite inside the extension host passes', { skip: editorUnavailable() }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'inq-suite-'));
  t.after(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  const death = diedAgo(GALLERY.oom, 10 * US_PER_SECOND);
  const agent = await startFakeAgent({ deaths: [death] });
  t.after(() => agent.stop());
  const outcomeFile = join(folder, 'outcome.json');
  const inquestVsix = join(folder, 'inquest.vsix');
  await packExtension(inquestVsix);
  const editor = await Editor.start({
    extensions: [inquestVsix, await packSuite(folder)],
    settings: { 'inquest.local.socket': agent.socket },
    env: {
      INQUEST_SUITE_OUTCOME: outcomeFile,
      INQUEST_SUITE_DEATH: JSON.stringify({
        hostId: 'local',
        deathId: death.id,
        headline: death.verdict.headline,
      }),
    },
  });
  t.after(() => editor.stop());
  const workbench = await Workbench.open(editor);
  t.after(() => workbench.close());
  const isDone = await waitFor(() => existsSync(outcomeFile), OUTCOME_TIMEOUT_MS);
  assert.ok(isDone, `no outcome:\n${editor.log}`);
  const outcome = outcomeShape.parse(JSON.parse(readFileSync(outcomeFile, 'utf8')));
  t.diagnostic(`activation: ${(outcome.figures['activationMs'] ?? Number.NaN).toFixed(1)} ms`);
  for (const name of outcome.passed) t.diagnostic(`passed: ${name}`);
  assert.deepEqual(outcome.failures, []);
  assert.ok(outcome.passed.length >= 10);
});
