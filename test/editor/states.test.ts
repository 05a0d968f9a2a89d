import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { GALLERY } from '../support/death-gallery.ts';
import { Editor, editorUnavailable, packExtension } from '../support/editor.ts';
import { startFakeAgent } from '../support/fake-agent.ts';
import { diedAgo } from '../support/fresh-deaths.ts';
import { otherUserUnavailable } from '../support/sshd.ts';
import { UnhappyHosts } from '../support/unhappy-hosts.ts';
import { Workbench } from '../support/workbench.ts';

test(
  'the Deaths view says what is missing until there is something to show',
  { skip: editorUnavailable() },
  async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'inq-states-'));
    t.after(() => {
      rmSync(folder, { recursive: true, force: true });
    });
    const vsix = join(folder, 'inquest.vsix');
    const socket = join(folder, 'agent.sock');
    await packExtension(vsix);
    const editor = await Editor.start({ extensions: [vsix], settings: { 'inquest.local.socket': socket } });
    t.after(() => editor.stop());
    const workbench = await Workbench.open(editor);
    t.after(() => workbench.close());
    const says = (text: string): Promise<void> =>
      workbench.page.locator('.welcome-view', { hasText: text }).first().waitFor({ timeout: 60_000 });

    await workbench.openView();
    await says('See why containers died');
    await workbench.page.locator('.welcome-view .monaco-button', { hasText: 'Add Host' }).first().click();
    await workbench.page.locator('.quick-input-list .monaco-list-row', { hasText: 'This machine' }).click();
    await says('not installed');
    await workbench.row('This machine').filter({ hasText: 'not installed' }).waitFor();
    await workbench.command('Notifications: Clear All Notifications');

    const agent = await startFakeAgent({ socket });
    t.after(() => agent.stop());
    await says('Nothing has died.');
    agent.announce(diedAgo(GALLERY.oom, 0));
    await workbench.row('invoices-worker').waitFor();

    await workbench.command('Inquest: Filter Deaths');
    await workbench.page.locator('.quick-input-widget input').fill('is:crash');
    await workbench.page.keyboard.press('Enter');
    await says('matches the filter');
    await workbench.page.locator('.pane-header', { hasText: 'is:crash' }).waitFor();
    await workbench.command('Inquest: Clear Filter');
    await workbench.row('invoices-worker').waitFor();
  },
);

test(
  'a host that does not answer yet, and one whose agent is for others, are told from one that is missing',
  { skip: editorUnavailable() || otherUserUnavailable() },
  async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'inq-states-'));
    t.after(() => {
      rmSync(folder, { recursive: true, force: true });
    });
    const vsix = join(folder, 'inquest.vsix');
    await packExtension(vsix);
    const hosts = await UnhappyHosts.start();
    t.after(() => hosts.stop());
    const settings = { 'inquest.ssh.configFile': hosts.configFile, 'inquest.hosts': ['silent'] };
    const editor = await Editor.start({ extensions: [vsix], settings });
    t.after(() => editor.stop());
    const workbench = await Workbench.open(editor);
    t.after(() => workbench.close());
    const view = (text: string): ReturnType<typeof workbench.page.locator> =>
      workbench.page.locator('.welcome-view', { hasText: text }).first();

    await workbench.openView();
    await view('Connecting').waitFor({ timeout: 60_000 });
    await workbench.row('silent').filter({ hasText: 'connecting' }).waitFor();

    editor.configure({ 'inquest.hosts': [hosts.shut] });
    await view('for members of a group').waitFor({ timeout: 60_000 });
    await workbench.row('shut').filter({ hasText: 'no permission' }).waitFor();
    await view('for members of a group').locator('.monaco-button', { hasText: 'Copy the Command' }).click();
    await workbench.page.locator('.statusbar', { hasText: 'Copied: sudo usermod -aG inquest tester' }).waitFor();
  },
);
