import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { GALLERY } from '../support/death-gallery.ts';
import { Editor, editorUnavailable, packExtension } from '../support/editor.ts';
import { startFakeAgent } from '../support/fake-agent.ts';
import { diedAgo } from '../support/fresh-deaths.ts';
import { Workbench } from '../support/workbench.ts';

test(
  'a link shows a death of a configured host, asks before it connects, and knows no other host',
  { skip: editorUnavailable() },
  async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'inq-links-'));
    t.after(() => {
      rmSync(folder, { recursive: true, force: true });
    });
    const vsix = join(folder, 'inquest.vsix');
    const death = diedAgo(GALLERY.oom, 0);
    const agent = await startFakeAgent({ deaths: [death] });
    t.after(() => agent.stop());
    await packExtension(vsix);
    const editor = await Editor.start({ extensions: [vsix], settings: { 'inquest.local.socket': agent.socket } });
    t.after(() => editor.stop());
    const workbench = await Workbench.open(editor);
    t.after(() => workbench.close());
    const linkTo = (host: string): string =>
      `code-oss://inquest.inquest/death?host=${encodeURIComponent(host)}&id=${death.id}`;

    await workbench.openView();
    await workbench.row('invoices-worker').waitFor();
    const stranger = '[web](command:workbench.action.quit)';
    await workbench.openLink(linkTo(stranger));
    const refusal = workbench.notifications().filter({ hasText: 'not among your hosts' });
    await refusal.waitFor();
    // What would make a link of it is parted by a character that does not show.
    assert.ok((await refusal.innerText()).replaceAll('\u200b', '').includes(stranger));
    assert.equal(await refusal.locator('a').count(), 0);
    await workbench.command('Notifications: Clear All Notifications');

    await workbench.command('Inquest: Disconnect');
    await workbench.row('This machine').filter({ hasText: 'not connected' }).waitFor();
    const greetings = (): number => agent.asked.filter((method) => method === 'inquest/hello').length;
    const before = greetings();
    await workbench.openLink(linkTo('local'));
    await workbench.dialog('Connect to This machine').waitFor();
    await workbench.answer('Cancel');
    await workbench.dialog('Connect to This machine').waitFor({ state: 'hidden' });
    assert.equal(greetings(), before);

    await workbench.openLink(linkTo('local'));
    await workbench.dialog('Connect to This machine').waitFor();
    await workbench.answer('Connect');
    await workbench.panel(death.verdict.headline);
    assert.equal(greetings(), before + 1);
  },
);
