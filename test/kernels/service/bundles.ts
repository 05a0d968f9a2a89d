import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gather } from '../../../.config/bundle/gather.ts';
import { compress, makeTar } from '../../../.config/bundle/pack.ts';

/** A version that is newer than every other. */
export const NEWER = '99.0.0';

export interface Bundles {
  readonly version: string;
  readonly file: string;
  /** The same agent as one of {@link NEWER}. */
  readonly newerFile: string;
}

/** Packs what `make build` made, twice, with checksums beside. */
export async function packBundles(folder: string): Promise<Bundles> {
  const stage = join(folder, 'stage');
  const name = gather('x64', stage);
  const version = name.split('-')[1] ?? '';
  const file = await pack(folder, stage, name);
  const newer = name.replace(version, NEWER);
  renameSync(join(stage, name), join(stage, newer));
  for (const script of readdirSync(join(stage, newer)).filter((one) => one.endsWith('.mjs'))) {
    const path = join(stage, newer, script);
    writeFileSync(path, readFileSync(path, 'utf8').replaceAll(`"${version}"`, `"${NEWER}"`));
  }
  listAnew(join(stage, newer));
  const newerFile = await pack(folder, stage, newer);
  rmSync(stage, { recursive: true });
  return { version, file, newerFile };
}

async function pack(folder: string, stage: string, name: string): Promise<string> {
  const file = join(folder, `${name}.tar.gz`);
  await compress(makeTar(stage, name), file);
  writeFileSync(`${file}.sha256`, `${digestOf(file)}  ${basename(file)}\n`);
  return file;
}

function listAnew(folder: string): void {
  const names = readdirSync(folder).filter((name) => name !== 'SHA256SUMS');
  const lines = names.sort().map((name) => `${digestOf(join(folder, name))}  ${name}\n`);
  writeFileSync(join(folder, 'SHA256SUMS'), lines.join(''));
}

function digestOf(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}
