import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { Editor, editorUnavailable, packExtension } from '../support/editor.ts';
import { startFakeAgent } from '../support/fake-agent.ts';
import { otherUserUnavailable, SshLab } from '../support/sshd.ts';
import { Workbench } from '../support/workbench.ts';
import { packBundle } from '../unit/extension/install/support.ts';

const SUDO = `#!/bin/sh
[ "$1" = -- ] && shift
printf 'Password: ' >/dev/tty
read word </dev/tty
[ "$word" = sesame ] || exit 1
exec "$@"
`;

test(
  'an agent is installed on a host: what will happen, a person’s yes, the password in a terminal, an agent that answers',
  { skip: editorUnavailable() || otherUserUnavailable() },
  async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'inq-install-'));
    t.after(() => {
      rmSync(folder, { recursive: true, force: true });
    });
    const vsix = join(folder, 'inquest.vsix');
    await packExtension(vsix);
    const inquest = '#!/bin/sh\necho "Installing by inquest $*"\n';
    const bundle = await packBundle(folder, 'inquest-9.9.9-linux-x64', { inquest });
    const lab = await SshLab.make();
    t.after(() => lab.stop());
    mkdirSync(lab.local('own'));
    writeFileSync(lab.local('own/sudo'), SUDO, { mode: 0o755 });
    const lines = [`SetEnv PATH=${lab.remote('own')}:/usr/bin:/bin`];
    const server = await lab.start({ lines, systemd: true });
    await lab.trust(server);
    await lab.configure('web-1', server);
    const editor = await Editor.start({
      extensions: [vsix],
      settings: {
        'inquest.ssh.configFile': lab.configFile,
        'inquest.hosts': [{ host: 'web-1', socket: lab.remote('agent.sock') }],
        'inquest.install.bundle': bundle,
        // Its text is in the page then.
        'terminal.integrated.gpuAcceleration': 'off',
      },
    });
    t.after(() => editor.stop());
    const workbench = await Workbench.open(editor);
    t.after(() => workbench.close());
    const { page } = workbench;
    await workbench.openView();
    const button = page.locator('.welcome-view .monaco-button', { hasText: 'Install Agent on Host' });
    const dialog = page.locator('.monaco-dialog-box');

    await button.first().click();
    await dialog.waitFor();
    const said = await dialog.innerText();
    for (const part of ['9.9.9 on web-1?', 'tester, x86_64', 'SHA-256', 'sudo inquest install', '/opt/inquest/9.9.9']) {
      assert.ok(said.includes(part), `${part}: ${said}`);
    }
    const picture = process.env['INQUEST_PICTURES'];
    if (picture !== undefined) await page.screenshot({ path: join(picture, 'install-dialog.png') });
    await dialog.locator('.monaco-button', { hasText: 'Cancel' }).click();
    await dialog.waitFor({ state: 'detached' });

    await button.first().click();
    await dialog.locator('.monaco-button', { hasText: /^Install$/ }).click();
    await page.locator('.xterm-rows > div', { hasText: 'Password:' }).waitFor();
    const agent = await startFakeAgent({ socket: lab.local('agent.sock') });
    t.after(() => agent.stop());
    await lab.permit('agent.sock', 'everybody');
    // The terminal has the focus already: a person types on.
    await page.keyboard.type('sesame\n');
    await page.locator('.notification-toast', { hasText: 'is watching web-1' }).first().waitFor();
  },
);
