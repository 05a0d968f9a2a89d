import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Architecture } from './architectures.ts';
import { ROOT } from './root.ts';
import { run } from './run.ts';

/** The folder of the npm package with the Node.js that the lock file pins, for any architecture. */
export function nodePackage(architecture: Architecture): string {
  const name = `node-linux-${architecture}`;
  const installed = join(ROOT, 'node_modules', name);
  return existsSync(join(installed, 'bin/node')) ? installed : fetched(name);
}

/** npm installs only what fits the machine; the other package is taken by the hash of the lock file. */
function fetched(name: string): string {
  const { version, integrity } = pinned(name);
  const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'inquest/node');
  const folder = join(cache, `${name}-${version}`);
  if (existsSync(folder)) return folder;
  const work = `${folder}.new`;
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  run('npm', 'pack', `${name}@${version}`, '--pack-destination', work, '--loglevel=error');
  const archive = join(work, `${name}-${version}.tgz`);
  const hash = `sha512-${createHash('sha512').update(readFileSync(archive)).digest('base64')}`;
  if (hash !== integrity) throw new Error(`${name}@${version} is not what package-lock.json pins: ${hash}`);
  run('tar', '-xzf', archive, '-C', work, '--strip-components=1');
  rmSync(archive);
  renameSync(work, folder);
  return folder;
}

interface Pinned {
  readonly version: string;
  readonly integrity: string;
}

function pinned(name: string): Pinned {
  const lock: unknown = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8'));
  const packages = member(lock, 'packages');
  const entry = member(packages, `node_modules/${name}`);
  const version = member(entry, 'version');
  const integrity = member(entry, 'integrity');
  if (typeof version !== 'string' || typeof integrity !== 'string') throw new Error(`package-lock.json lacks ${name}`);
  return { version, integrity };
}

function member(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null
    ? Object.entries(value).find(([name]) => name === key)?.[1]
    : undefined;
}
