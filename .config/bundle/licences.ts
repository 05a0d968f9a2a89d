import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './root.ts';

/** Headers whose code is compiled into the addon. */
const HEADER_PACKAGES = ['node_modules/node-addon-api', 'node_modules/node-api-headers'];
/** Linked into the addon from Debian's archives, whose sources Debian has. */
const LIBRARIES = [
  ['libbpf', 'libbpf-dev'],
  ['libelf (elfutils)', 'libelf-dev'],
  ['zlib', 'zlib1g-dev'],
] as const;
const LICENCE_FILE = /^(?:licen[cs]e|copying|notice)(?:[.-].*)?$/i;

/**
 * The licences of everything in the bundle that others wrote.
 * @param packages folders of npm packages, as the bundler names them
 */
export function thirdPartyLicences(nodeFolder: string, packages: readonly string[]): string {
  const folders = [...new Set([...packages, ...HEADER_PACKAGES])].sort();
  const parts = [
    ['Node.js', readFileSync(join(nodeFolder, 'LICENSE'), 'utf8')],
    ...LIBRARIES.map(([name, debian]) => [name, readFileSync(`/usr/share/doc/${debian}/copyright`, 'utf8')]),
    ...folders.map((folder) => [nameOf(folder), licenceOf(join(ROOT, folder))]),
  ];
  return parts
    .map(([name = '', text = '']) => `${'='.repeat(78)}\n${name}\n${'='.repeat(78)}\n\n${text.trim()}\n`)
    .join('\n');
}

function nameOf(folder: string): string {
  const { version } = manifestOf(join(ROOT, folder));
  return `${folder.slice(folder.lastIndexOf('node_modules/') + 'node_modules/'.length)} ${version}`;
}

function licenceOf(folder: string): string {
  const files = readdirSync(folder).filter((name) => LICENCE_FILE.test(name));
  if (files.length > 0)
    return files
      .sort()
      .map((name) => readFileSync(join(folder, name), 'utf8').trim())
      .join('\n\n');
  const { license } = manifestOf(folder);
  if (license === '') throw new Error(`${folder} says nothing about its licence`);
  return `${license}, as its package.json says.`;
}

function manifestOf(folder: string): { readonly version: string; readonly license: string } {
  const file = join(folder, 'package.json');
  const manifest: unknown = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  const text = (key: 'version' | 'license'): string =>
    typeof manifest === 'object' && manifest !== null
      ? String(Object.entries(manifest).find(([name]) => name === key)?.[1] ?? '')
      : '';
  return { version: text('version'), license: text('license') };
}
