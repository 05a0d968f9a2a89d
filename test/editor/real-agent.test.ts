import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { TestAgent } from '../support/agent.ts';
import { buildDieImage } from '../support/die-image.ts';
import type { Dockerd } from '../support/dockerd.ts';
import { dockerdUnavailable, startDockerd } from '../support/dockerd.ts';
import { Editor, editorUnavailable, packExtension } from '../support/editor.ts';
import { Workbench } from '../support/workbench.ts';

const isRoot = process.getuid?.() === 0;
const skip = editorUnavailable() || (isRoot ? dockerdUnavailable() : 'needs root and Docker');

describe('a real container that dies, seen in a real editor', { skip }, () => {
  let folder: string;
  let dockerd: Dockerd;
  let image: string;
  let agent: TestAgent;
  let editor: Editor;
  let workbench: Workbench;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'inq-vsix-'));
    dockerd = await startDockerd();
    image = await buildDieImage(dockerd);
    agent = new TestAgent({ docker: dockerd.socketPath });
    await agent.start();
    const vsix = join(folder, 'inquest.vsix');
    await packExtension(vsix);
    editor = await Editor.start({
      extensions: [vsix],
      settings: { 'inquest.local.socket': agent.socket, 'terminal.integrated.gpuAcceleration': 'off' },
    });
    workbench = await Workbench.open(editor);
    await workbench.openView();
  });

  after(async () => {
    await workbench?.close();
    await editor?.stop();
    await agent?.remove();
    await dockerd?.stop();
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  });

  it('adds the row by itself, and Explain Exit shows the verdict', async () => {
    await dockerd.docker(
      'run',
      '--network',
      'none',
      '--name',
      'leaky',
      '-m',
      '32m',
      '--memory-swap',
      '32m',
      image,
      'die',
      'eat',
    );
    const row = workbench.row('leaky');
    await row.waitFor();
    await row.filter({ hasText: 'memory limit' }).waitFor();
    await row.click();
    const report = await agent.explain('leaky');
    const frame = await workbench.panel(report.headline);
    assert.match(await frame.locator('.certainty').first().innerText(), /Certain/);
    assert.match(await frame.locator('section[aria-labelledby="who"]').innerText(), /out-of-memory killer/);
  });

  it('says on a log line what really happened', async () => {
    const file = editor.workspaceFile('shop.log');
    writeFileSync(file, 'batch 41 done\ncontainer leaky exited with code 137\n');
    await workbench.openFile('shop.log');
    const { headline } = await agent.explain('leaky');
    const hover = await workbench.hoverText('exited with code', headline.slice(0, 40));
    await hover.getByText('Explain').first().click();
    await workbench.panel(headline);
  });

  it('makes a link of the exit code that docker ps prints in a terminal', async () => {
    const id = (await dockerd.dockerOk('inspect', '--format', '{{.Id}}', 'leaky')).slice(0, 12);
    const { headline } = await agent.explain('leaky');
    await workbench.command('View: Close All Editors');
    await workbench.command('Terminal: Create New Terminal');
    await workbench.page.locator('.terminal-wrapper.active .xterm-screen').waitFor();
    // Typed in two parts, so that only what is printed has the whole.
    await workbench.page.keyboard.type(`printf '%s  leaky  %s (137)\\n' ${id} Exited\n`);
    await workbench.followTerminalLink('Exited (137)');
    await workbench.panel(headline);
  });
});
