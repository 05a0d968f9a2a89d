import { createReadStream, createWriteStream, renameSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { run } from './run.ts';

/** 1 January 2026: a date that no file system and no tar finds odd, and that does not change. */
const WRITTEN_AT = process.env['SOURCE_DATE_EPOCH'] ?? '1767225600';

/** Packs one folder of `stage`. Returns the tar file beside it. */
export function makeTar(stage: string, name: string): string {
  const tar = join(stage, `${name}.tar`);
  const steady = ['--sort=name', `--mtime=@${WRITTEN_AT}`, '--owner=root:0', '--group=root:0', '--numeric-owner'];
  run('tar', '--format=ustar', '--mode=u=rwX,go=rX', ...steady, '-C', stage, '-cf', tar, name);
  return tar;
}

/**
 * gzip, because every host has it: xz and zstd would save a third of the bytes, and neither is on a minimal Debian.
 * The zlib of the pinned Node.js, hence the same bytes everywhere; it writes no time and no name.
 */
export async function compress(tar: string, file: string): Promise<void> {
  await pipeline(createReadStream(tar), createGzip({ level: 9 }), createWriteStream(`${file}.new`));
  renameSync(`${file}.new`, file);
}
