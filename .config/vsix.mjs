// Packs the VS Code extension: node .config/vsix.mjs OUT.vsix; or node .config/vsix.mjs FOLDER for its files alone. What it needs to run is copied into a folder of its own,
// where the manifest's texts stand beside the manifest, and nothing else can get in.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const out = resolve(process.argv[2] ?? 'dist/inquest.vsix');
/** What only a source tree, or the agent, has a use for. */
const NOT_SHIPPED = ['private', 'type', 'bin', 'scripts', 'dependencies', 'devDependencies', 'optionalDependencies'];
const FILES = [
  ['README.md'],
  ['LICENSE'],
  ['CHANGELOG.md'],
  ['media'],
  ['dist/extension.cjs'],
  ['dist/server.mjs'],
  ['dist/webview'],
  ['extension/l10n/bundle.l10n.json'],
  ['extension/l10n/package.nls.json', 'package.nls.json'],
];

const isPacked = out.endsWith('.vsix');
const stage = isPacked ? mkdtempSync(join(tmpdir(), 'inq-vsix-')) : out;
try {
  for (const [from, to = from] of FILES) cpSync(join(root, from), join(stage, to), { recursive: true });
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  for (const key of NOT_SHIPPED) delete manifest[key];
  delete manifest.engines.node;
  manifest.files = ['**'];
  writeFileSync(join(stage, 'package.json'), JSON.stringify(manifest, null, 2));
  if (isPacked) pack();
} finally {
  if (isPacked) rmSync(stage, { recursive: true, force: true });
}

function pack() {
  const vsce = join(root, 'node_modules', '@vscode', 'vsce', 'vsce');
  const flags = ['--no-dependencies', '--allow-missing-repository', '--no-rewrite-relative-links', '--out', out];
  const { status } = spawnSync(process.execPath, [vsce, 'package', ...flags], { cwd: stage, stdio: 'inherit' });
  process.exitCode = status ?? 1;
}
