import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { chromium } from 'playwright-core';
import { DEATHS } from '../demo/deaths.ts';
import { dockerdUnavailable } from '../support/dockerd.ts';
import { CHROMIUM, editorUnavailable } from '../support/editor.ts';
import { isAlive, signalProcess, waitFor } from '../support/process-tree.ts';
import { runCommand } from '../support/run-command.ts';

const DEMO_TIMEOUT_MS = 120_000;
const END_TIMEOUT_MS = 60_000;
const SHOWN_TIMEOUT_MS = 60_000;

const isRoot = process.getuid?.() === 0;
const skip = editorUnavailable() || (isRoot ? dockerdUnavailable() : 'needs root and Docker');

test('the demo ends with the address of an editor that shows its deaths', { skip }, async (t) => {
  const demo = join(import.meta.dirname, '..', 'demo', 'main.ts');
  const { code, stdout, stderr } = await runCommand(process.execPath, ['--disable-warning=ExperimentalWarning', demo], {
    timeoutMs: DEMO_TIMEOUT_MS,
  });
  const pid = Number(/kill (\d+)/.exec(stdout)?.[1]);
  t.after(async () => {
    if (Number.isNaN(pid)) return;
    signalProcess(pid, 'SIGTERM');
    assert.ok(await waitFor(() => !isAlive(pid), END_TIMEOUT_MS), 'the demo did not end when it was told to');
  });
  assert.equal(code, 0, stdout + stderr);
  for (const { container } of DEATHS) assert.ok(stdout.includes(`$ inquest explain ${container}`), stdout);
  const [address] = /http:\/\/127\.0\.0\.1:\d+\/\S+/.exec(stdout) ?? [];
  assert.ok(address !== undefined, stdout);

  const stranger = await fetch(address.replace(/key=.*/, 'key=guessed'), { redirect: 'manual' });
  assert.equal(stranger.status, 403);

  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-quic'] });
  t.after(() => browser.close());
  const page = await browser.newPage();
  await page.goto(address);
  for (const { container } of DEATHS) {
    await page.locator('.sidebar .monaco-list-row', { hasText: container }).waitFor({ timeout: SHOWN_TIMEOUT_MS });
  }
});
