import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import * as z from 'zod';
import { Editor, packExtension, packFolder } from './editor.ts';
import { waitFor } from './process-tree.ts';
import { Workbench } from './workbench.ts';

const OUTCOME_TIMEOUT_MS = 180_000;

const outcomeShape = z.object({
  passed: z.array(z.string()),
  failures: z.array(z.string()),
  figures: z.record(z.string(), z.number()),
});

export type SuiteOutcome = z.infer<typeof outcomeShape>;

/** The suite that runs inside the extension host, in one file. `external` is what only VS Code has. */
export async function bundleSuite(outfile: string): Promise<void> {
  await build({
    entryPoints: [join(import.meta.dirname, '..', 'editor', 'host', 'suite.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    external: ['vscode'],
    logLevel: 'warning',
  });
}

/** The suite as an extension that starts with the window. */
async function packSuite(folder: string): Promise<string> {
  const stage = join(folder, 'suite');
  mkdirSync(stage);
  await bundleSuite(join(stage, 'suite.cjs'));
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

/** A window whose extension host runs the suite, and what came of it. */
export class SuiteRun {
  readonly workbench: Workbench;
  readonly outcome: SuiteOutcome;
  readonly #folder: string;
  readonly #editor: Editor;

  private constructor(folder: string, editor: Editor, workbench: Workbench, outcome: SuiteOutcome) {
    this.#folder = folder;
    this.#editor = editor;
    this.workbench = workbench;
    this.outcome = outcome;
  }

  /** `env` tells the suite what to expect. */
  static async start(socket: string, env: Readonly<Record<string, string>>): Promise<SuiteRun> {
    const folder = mkdtempSync(join(tmpdir(), 'inq-suite-'));
    let editor: Editor | undefined;
    let workbench: Workbench | undefined;
    try {
      const outcomeFile = join(folder, 'outcome.json');
      const vsix = join(folder, 'inquest.vsix');
      await packExtension(vsix);
      editor = await Editor.start({
        extensions: [vsix, await packSuite(folder)],
        settings: { 'inquest.local.socket': socket },
        env: { INQUEST_SUITE_OUTCOME: outcomeFile, ...env },
      });
      workbench = await Workbench.open(editor);
      const isDone = await waitFor(() => existsSync(outcomeFile), OUTCOME_TIMEOUT_MS);
      if (!isDone) throw new Error(`no outcome:\n${editor.log}\n${editor.outputOf('Inquest')}`);
      const outcome = outcomeShape.parse(JSON.parse(readFileSync(outcomeFile, 'utf8')));
      return new SuiteRun(folder, editor, workbench, outcome);
    } catch (error) {
      await workbench?.close();
      await editor?.stop();
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  }

  async stop(): Promise<void> {
    await this.workbench.close();
    await this.#editor.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
