import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packFolder } from '../support/editor.ts';

const MANIFEST = {
  name: 'opener',
  displayName: 'Inquest Demo',
  description: 'Opens the Deaths view with the window.',
  publisher: 'inquest-demo',
  version: '1.0.0',
  engines: { vscode: '^1.91.0' },
  main: './opener.cjs',
  files: ['**'],
  activationEvents: ['onStartupFinished'],
  extensionDependencies: ['inquest.inquest'],
};

const CODE = `const { commands } = require('vscode');
exports.activate = () => commands.executeCommand('inquest.showDeaths');
`;

/** An extension for the demo's editor: who follows the address sees the deaths at once. Resolves to its VSIX file. */
export async function packOpener(folder: string): Promise<string> {
  const stage = join(folder, 'opener');
  mkdirSync(stage);
  writeFileSync(join(stage, 'package.json'), JSON.stringify(MANIFEST));
  writeFileSync(join(stage, 'README.md'), 'Part of the demo of Inquest.\n');
  writeFileSync(join(stage, 'opener.cjs'), CODE);
  const vsix = join(folder, 'opener.vsix');
  await packFolder(stage, vsix);
  return vsix;
}
