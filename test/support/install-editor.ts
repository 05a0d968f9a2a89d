/**
 * Puts the editor of the tests into the cache unless it is there:
 *
 *     node test/support/install-editor.ts
 */
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { npm } from './npm.ts';

/** VS Code as code-server packs it: the real workbench and the real extension host, from the npm registry. */
const VERSION = '4.139.1';
const STAMP = 'installed';
/**
 * The only two parts that the server loads as it starts and that come as source. Its own install script compiles all
 * of them, Kerberos and SQLite included, which takes minutes and system libraries that nothing here uses.
 */
const COMPILED = ['@vscode/spdlog', '@vscode/native-watchdog'];

const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'inquest', 'editor');
const home = join(cache, `code-server-${VERSION}`);
const server = join(home, 'node_modules', 'code-server');

/** What starts the editor, for the pinned Node.js. */
export const EDITOR_ENTRY = join(server, 'out', 'node', 'entry.js');

export function isEditorInstalled(): boolean {
  return existsSync(join(home, STAMP));
}

/** A minute or two at the first time, nothing afterwards. Rejects with what npm said. */
export async function installEditor(): Promise<void> {
  if (isEditorInstalled()) return;
  // Half an installation is made again.
  rmSync(home, { recursive: true, force: true });
  mkdirSync(home, { recursive: true });
  writeFileSync(join(home, 'package.json'), '{ "private": true }\n');
  await npm(home, ['install', '--ignore-scripts', `code-server@${VERSION}`]);
  const editor = join(server, 'lib', 'vscode');
  await npm(editor, ['install', '--omit=dev', '--ignore-scripts']);
  await npm(editor, ['rebuild', '--ignore-scripts=false', ...COMPILED]);
  writeFileSync(join(home, STAMP), '');
}

if (import.meta.main && !isEditorInstalled()) {
  process.stderr.write(`setup: installing code-server ${VERSION} into ${cache}\n`);
  await installEditor();
}
