import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { downloadAndUnzipVSCode, runTests, SilentReporter } from '@vscode/test-electron';
import { messageOf } from '../../agent/domain/errors.ts';
import { US_PER_SECOND } from '../../agent/domain/time.ts';
import { GALLERY } from '../support/death-gallery.ts';
import { packExtension } from '../support/editor.ts';
import { startFakeAgent } from '../support/fake-agent.ts';
import { diedAgo } from '../support/fresh-deaths.ts';
import { bundleSuite } from '../support/suite.ts';

/** The same as code-server has. */
const VERSION = '1.139.1';
const DOWNLOAD_TIMEOUT_MS = 15_000;
const cachePath = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'inquest', 'vscode');

/** INQUEST_VSCODE names one that is installed; else it is downloaded into the cache, once. */
async function desktopVsCode(): Promise<string | Error> {
  const { INQUEST_VSCODE } = process.env;
  if (INQUEST_VSCODE !== undefined) return INQUEST_VSCODE;
  try {
    const reporter = new SilentReporter();
    return await downloadAndUnzipVSCode({ version: VERSION, cachePath, timeout: DOWNLOAD_TIMEOUT_MS, reporter });
  } catch (error) {
    return new Error(
      `VS Code ${VERSION} cannot be downloaded here, and INQUEST_VSCODE names none: ${messageOf(error)}`,
    );
  }
}

const hasDisplay = process.platform !== 'linux' || process.env['DISPLAY'] !== undefined;
const skip = hasDisplay ? false : 'needs a display: xvfb-run make editor';

test('the suite inside the extension host passes in a desktop VS Code too', { skip }, async (t) => {
  const vscode = await desktopVsCode();
  if (vscode instanceof Error) {
    t.skip(vscode.message);
    return;
  }
  // Its sockets stand in there: the path must be short.
  const folder = mkdtempSync(join(tmpdir(), 'inq-'));
  t.after(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  const death = diedAgo(GALLERY.oom, 10 * US_PER_SECOND);
  const agent = await startFakeAgent({ deaths: [death] });
  t.after(() => agent.stop());
  const extension = join(folder, 'extension');
  mkdirSync(extension);
  await packExtension(extension);
  const suite = join(folder, 'suite.cjs');
  await bundleSuite(suite);
  mkdirSync(join(folder, 'user', 'User'), { recursive: true });
  const settings = { 'inquest.local.socket': agent.socket, 'telemetry.telemetryLevel': 'off', 'update.mode': 'none' };
  writeFileSync(join(folder, 'user', 'User', 'settings.json'), JSON.stringify(settings));
  const said = new PassThrough();
  const output = text(said);
  const run = runTests({
    vscodeExecutablePath: vscode,
    extensionDevelopmentPath: extension,
    extensionTestsPath: suite,
    extensionTestsEnv: {
      INQUEST_SUITE_DEATH: JSON.stringify({ hostId: 'local', deathId: death.id, headline: death.verdict.headline }),
    },
    launchArgs: [
      '--user-data-dir',
      join(folder, 'user'),
      '--extensions-dir',
      join(folder, 'extensions'),
      '--disable-workspace-trust',
      '--disable-gpu',
      '--no-sandbox',
    ],
    stdout: said,
    stderr: said,
  });
  const failure = await run.then(
    () => undefined,
    (error: unknown) => messageOf(error),
  );
  said.end();
  assert.equal(failure, undefined, await output);
});
