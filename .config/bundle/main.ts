/**
 * Makes the tar files that hosts install: node .config/bundle/main.ts OUT [x64 | arm64]... Everything is compiled
 * before, dist/ for this machine and dist/ARCHITECTURE/ for the other one; here it is gathered, checked and packed.
 * The same sources give the same bytes.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { ARCHITECTURES, type Architecture } from './architectures.ts';
import { gather } from './gather.ts';
import { compress, makeTar } from './pack.ts';
import { ROOT } from './root.ts';

/** Hosts fetch it over SSH, at times from a hotel. */
const LARGEST_BYTES = 60e6;
const BYTES_PER_MB = 1e6;

function isArchitecture(text: string): text is Architecture {
  return Object.hasOwn(ARCHITECTURES, text);
}

const [out = join(ROOT, 'dist/bundle'), ...wanted] = process.argv.slice(2);
const architectures = wanted.length === 0 ? Object.keys(ARCHITECTURES) : wanted;
const folder = resolve(out);
mkdirSync(folder, { recursive: true });
const sums: string[] = [];
for (const architecture of architectures) {
  if (!isArchitecture(architecture)) throw new Error(`no such architecture: ${architecture}`);
  const stage = join(folder, `stage-${architecture}`);
  rmSync(stage, { recursive: true, force: true });
  try {
    const name = gather(architecture, stage);
    const file = join(folder, `${name}.tar.gz`);
    await compress(makeTar(stage, name), file);
    const bytes = statSync(file).size;
    if (bytes > LARGEST_BYTES) throw new Error(`${file} has ${String(bytes)} bytes, more than a bundle may`);
    sums.push(`${createHash('sha256').update(readFileSync(file)).digest('hex')}  ${basename(file)}\n`);
    process.stdout.write(`${(bytes / BYTES_PER_MB).toFixed(1).padStart(6)} MB  ${file}\n`);
  } finally {
    rmSync(stage, { recursive: true, force: true });
  }
}
writeFileSync(join(folder, 'SHA256SUMS'), sums.join(''));
