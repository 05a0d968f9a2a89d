import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { US_PER_SECOND } from '../../agent/domain/time.ts';
import { accessibilityProblems } from '../support/accessibility.ts';
import { GALLERY } from '../support/death-gallery.ts';
import { containerOf, deathId } from '../support/deaths.ts';
import { Editor, editorUnavailable, packExtension, THEMES } from '../support/editor.ts';
import type { FakeAgent } from '../support/fake-agent.ts';
import { startFakeAgent } from '../support/fake-agent.ts';
import { diedAgo } from '../support/fresh-deaths.ts';
import { Workbench } from '../support/workbench.ts';

const skip = editorUnavailable();
const { oom } = GALLERY;
const EVIL_NAMES = [
  '<img src=x onerror=alert(1)>',
  '[click](command:workbench.action.quit)',
  '$(bug) ![x](http://127.0.0.1:1/x.png)',
];

const evil = EVIL_NAMES.map((name, index) => {
  const death = diedAgo(oom, (60 + index) * US_PER_SECOND);
  return {
    ...death,
    id: deathId(`evil${'abc'.charAt(index)}`),
    container: { ...containerOf(`evil-${String(index)}`), name, image: name },
    verdict: {
      ...death.verdict,
      headline: `${name} needed more memory.`,
      notes: [name],
      advice: [{ text: name, command: name }],
    },
  };
});

describe('the extension in a real editor', { skip }, () => {
  let folder: string;
  let agent: FakeAgent;
  let editor: Editor;
  let workbench: Workbench;
  const dialogs: string[] = [];

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'inq-vsix-'));
    const vsix = join(folder, 'inquest.vsix');
    await packExtension(vsix);
    agent = await startFakeAgent({ deaths: [...evil, diedAgo(oom, 10 * US_PER_SECOND)] });
    editor = await Editor.start({ extensions: [vsix], settings: { 'inquest.local.socket': agent.socket } });
    workbench = await Workbench.open(editor);
    workbench.page.on('dialog', (dialog) => {
      dialogs.push(dialog.message());
      dialog.dismiss().catch(() => dialogs.push('not dismissed'));
    });
    await workbench.openView();
  });

  after(async () => {
    await workbench?.close();
    await editor?.stop();
    await agent?.stop();
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  });

  it('lists deaths with exit code and cause, and counts what nobody has looked at', async () => {
    const row = workbench.row('invoices-worker');
    await row.waitFor();
    assert.match(await row.innerText(), /137 · memory limit/);
    assert.match((await row.getAttribute('aria-label')) ?? '', /own memory limit.*unseen/);
    await workbench.page.locator('.activitybar .badge', { hasText: '4' }).waitFor();
  });

  it('explains a death in the panel and marks it as seen', async () => {
    await workbench.row('invoices-worker').click();
    const frame = await workbench.panel(oom.verdict.headline);
    const titles = await frame.locator('h2').allInnerTexts();
    assert.deepEqual(titles, [
      'Who ended it',
      'Timeline',
      'Memory',
      'What it is not',
      'Worth knowing',
      'What to do',
      'Last log lines',
    ]);
    assert.equal(await frame.locator('svg[role="img"]').count(), 1);
    await workbench.page.locator('.activitybar .badge', { hasText: '3' }).waitFor();
  });

  it('shows another death in the same panel', async (t) => {
    const ref = evil[0]?.verdict.headline ?? '';
    await workbench.row('<img').click();
    await workbench.panel(ref);
    assert.equal(await workbench.page.locator('.tab', { hasText: 'Exit:' }).count(), 1);
    const [, milliseconds = 'NaN'] =
      /shown (\d+) ms after(?![\s\S]*shown \d+ ms)/.exec(editor.outputOf('Inquest')) ?? [];
    assert.match(milliseconds, /^\d+$/);
    t.diagnostic(`the panel showed another death ${milliseconds} ms after it was asked for`);
  });

  it('shows hostile names as the text they are, in tree, tooltip, panel and notification', async () => {
    for (const name of EVIL_NAMES) {
      const row = workbench.rows().filter({ hasText: name });
      await row.click();
      const frame = await workbench.panel(`${name} needed more memory.`);
      assert.equal(await frame.locator('inquest-panel img, inquest-panel a').count(), 0, name);
      assert.equal(await row.locator('img, a[href^="command"]').count(), 0, name);
      await workbench.page.mouse.move(900, 500);
      await row.hover();
      const hover = workbench.page.locator('.workbench-hover', { hasText: 'needed more memory' });
      await hover.waitFor();
      assert.equal(await hover.locator('img, a').count(), 0, name);
      assert.ok((await hover.innerText()).includes(name), name);
      await workbench.page.mouse.move(900, 500);
      await hover.waitFor({ state: 'hidden' });
    }
    const fresh = {
      ...diedAgo(oom, 0),
      id: deathId('evilz'),
      container: { ...containerOf('z'), name: EVIL_NAMES[1] ?? '' },
    };
    agent.announce({ ...fresh, verdict: { ...fresh.verdict, headline: `${EVIL_NAMES[1] ?? ''} again` } });
    const toast = workbench.notifications().filter({ hasText: 'again' });
    await toast.waitFor();
    assert.equal(await toast.locator('a').count(), 0);
    assert.ok(!dialogs.some((text) => text.includes('alert')));
    await workbench.command('Notifications: Clear All Notifications');
  });

  it('opens the source that the log names, in the workspace and nowhere else', async () => {
    const failed = diedAgo(GALLERY['exit-error'], 0);
    const { logClue } = failed.verdict;
    assert.ok(logClue !== undefined);
    const folders = [editor.workspaceFile('report'), editor.workspaceFile('other')];
    for (const folder of folders) {
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, '__main__.py'), 'pass\n'.repeat(40));
    }
    agent.announce(failed);
    const outside = { ...failed, id: deathId('outside'), container: containerOf('outside') };
    const verdict = {
      ...failed.verdict,
      headline: 'It says it is elsewhere.',
      logClue: { ...logClue, file: '/etc/passwd' },
    };
    agent.announce({ ...outside, verdict });

    await workbench
      .row(failed.container.name ?? '')
      .first()
      .click();
    const frame = await workbench.panel(failed.verdict.headline);
    await frame.locator('button.place').click();
    await workbench.page.locator('.tab.active', { hasText: '__main__.py' }).waitFor();
    await workbench.page.locator('.breadcrumbs-control', { hasText: 'report' }).waitFor();
    await workbench.page.locator('.editor-status-selection, .statusbar-item', { hasText: 'Ln 22' }).first().waitFor();

    await workbench.row('outside').first().click();
    await (await workbench.panel('It says it is elsewhere.')).locator('button.place').click();
    await workbench.notifications().filter({ hasText: 'is not in this workspace' }).waitFor();
    assert.equal(await workbench.page.locator('.tab', { hasText: 'passwd' }).count(), 0);
    await workbench.command('Notifications: Clear All Notifications');
  });

  it('adds the row of a new death without a refresh', async () => {
    const before = await workbench.rows().count();
    agent.announce({ ...diedAgo(GALLERY.segfault, 0), id: deathId('fresh') });
    await workbench.row('image-resizer').waitFor();
    assert.equal(await workbench.rows().count(), before + 1);
  });

  for (const [name, theme] of Object.entries(THEMES)) {
    it(`has nothing that axe-core objects to in ${name}`, async () => {
      editor.configure({ 'workbench.colorTheme': theme });
      await workbench.reloadWithTheme(theme);
      await workbench.openView();
      for (const death of [oom, GALLERY['kill-host']]) {
        // A name of its own: the same container thrice would be folded into a restart loop.
        const container = containerOf(`${death.container.name ?? ''}-${name}`);
        agent.announce(diedAgo({ ...death, container, id: deathId(`axe${container.name ?? ''}`) }, 0));
        const row = workbench.row(container.name ?? '');
        await row.waitFor();
        await row.click();
        const frame = await workbench.panel(death.verdict.headline);
        assert.deepEqual(await accessibilityProblems(frame), []);
      }
    });
  }

  it('can be used by keyboard alone', async () => {
    await workbench.row('invoices-worker').first().click();
    const frame = await workbench.panel(oom.verdict.headline);
    await frame.locator('vscode-toolbar-button').first().focus();
    const reached: string[] = [];
    for (let step = 0; step < 8; step += 1) {
      reached.push(
        await frame.evaluate(() => {
          const panel = document.querySelector('inquest-panel');
          const active = panel?.shadowRoot?.activeElement;
          return `${active?.localName ?? ''} ${active?.getAttribute('label') ?? active?.textContent.trim() ?? ''}`;
        }),
      );
      await workbench.page.keyboard.press('Tab');
    }
    const all = reached.join('\n');
    for (const wanted of ['Copy as Markdown', 'Copy Link', 'Show All', 'summary', 'Copy Command', 'Open Log']) {
      assert.ok(all.includes(wanted), `${wanted} in\n${all}`);
    }
  });

  it('reflows without a horizontal scroll bar in a narrow split', async () => {
    await workbench.page.setViewportSize({ width: 640, height: 860 });
    const frame = await workbench.panel(oom.verdict.headline);
    const overflow = await frame.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    assert.ok(overflow <= 0, `${String(overflow)} px too wide`);
    await workbench.page.setViewportSize({ width: 1280, height: 860 });
  });

  it('survives a reload of the window', async () => {
    await workbench.reload();
    await workbench.panel(oom.verdict.headline);
  });

  it('leaves no second tab behind when it was covered during a reload', async () => {
    writeFileSync(editor.workspaceFile('notes.txt'), 'nothing of interest\n');
    await workbench.openFile('notes.txt');
    await workbench.reload();
    await workbench.openView();
    await workbench.row('invoices-worker').first().click();
    await workbench.panel(oom.verdict.headline);
    assert.equal(await workbench.page.locator('.tab', { hasText: 'Exit:' }).count(), 1);
  });
});
