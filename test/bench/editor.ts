import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { US_PER_SECOND } from '../../agent/domain/time.ts';
import { GALLERY } from '../support/death-gallery.ts';
import { Editor, packExtension } from '../support/editor.ts';
import { startFakeAgent } from '../support/fake-agent.ts';
import { diedAgo } from '../support/fresh-deaths.ts';
import { waitFor } from '../support/process-tree.ts';
import { Workbench } from '../support/workbench.ts';
import { median, milliseconds, row } from './print.ts';

const WINDOWS = 5;
const CHANGES = 20;
const LOG_TIMEOUT_MS = 20_000;

const SHOWN = ['oom', 'segfault'] as const;

/** What a person waits for in VS Code: the extension as the window opens, and the Explain Exit panel. */
export async function benchEditor(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'inq-bench-'));
  const deaths = SHOWN.map((name, index) => diedAgo(GALLERY[name], (10 + index) * US_PER_SECOND));
  const agent = await startFakeAgent({ deaths });
  let editor: Editor | undefined;
  let workbench: Workbench | undefined;
  try {
    const vsix = join(folder, 'inquest.vsix');
    await packExtension(vsix);
    editor = await Editor.start({ extensions: [vsix], settings: { 'inquest.local.socket': agent.socket } });
    workbench = await Workbench.open(editor);
    await workbench.openView();
    const activation = [await figure(editor, /activated in ([\d.]+) ms/g, 1)];
    while (activation.length < WINDOWS) {
      await workbench.reload();
      await workbench.openView();
      activation.push(await figure(editor, /activated in ([\d.]+) ms/g, 1));
    }
    row(`activation, median of ${String(WINDOWS)} windows`, milliseconds(median(activation)));
    const shown: number[] = [];
    for (let count = 1; count <= CHANGES + 1; count += 1) {
      await workbench.row(deaths[count % deaths.length]?.container.name ?? '').click();
      shown.push(await figure(editor, /shown (\d+) ms after/g, count));
    }
    const [first = Number.NaN, ...later] = shown;
    row('Explain Exit, the first panel of a window', milliseconds(first));
    row(`Explain Exit, another death in it, median of ${String(CHANGES)}`, milliseconds(median(later)));
  } finally {
    await workbench?.close();
    await editor?.stop();
    await agent.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The last of `count` figures that the newest window has logged, in milliseconds. */
async function figure(editor: Editor, pattern: RegExp, count: number): Promise<number> {
  const found = (): readonly string[] => [...editor.outputOf('Inquest').matchAll(pattern)].map(([, ms = '']) => ms);
  if (!(await waitFor(() => found().length >= count, LOG_TIMEOUT_MS))) {
    throw new Error(`the extension logged no ${pattern.source}:\n${editor.outputOf('Inquest')}`);
  }
  return Number(found()[count - 1]);
}
