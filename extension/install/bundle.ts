import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { createGunzip } from 'node:zlib';
import { errorCode } from '../../agent/domain/errors.ts';
import { type Architecture, InstallError } from './problem.ts';
import { compareVersions } from './versions.ts';

/** A bundle on this machine whose checksum is right. */
export interface Bundle {
  readonly file: string;
  /** Of the one folder inside. */
  readonly name: string;
  readonly version: string;
  readonly architecture: Architecture;
  readonly bytes: number;
  readonly unpackedBytes: number;
  /** In hexadecimal. */
  readonly sha256: string;
}

const NAME = /^inquest-(\d+\.\d+\.\d+(?:-[\w.]+)?)-linux-(x64|arm64)$/;
const EXTENSION = '.tar.gz';
const SUM_LINE = /^([\da-f]{64}) [ *](.+)$/;
const TAR_NAME_BYTES = 100;
/** gzip(1): the size of what is inside stands in the last four bytes. */
const TRAILER_BYTES = 4;

export function parseBundleName(
  name: string,
): { readonly version: string; readonly architecture: Architecture } | undefined {
  const [, version, architecture] = NAME.exec(name) ?? [];
  if (version === undefined) return undefined;
  return { version, architecture: architecture === 'arm64' ? 'arm64' : 'x64' };
}

/** The newest bundle of a folder for this architecture, or the file itself. Throws InstallError `no-bundle`. */
export async function findBundle(place: string, architecture: Architecture): Promise<string> {
  let names: readonly string[];
  try {
    names = await readdir(place);
  } catch (error) {
    if (errorCode(error) === 'ENOTDIR') return place;
    throw new InstallError({ reason: 'no-bundle', folder: place, architecture }, error);
  }
  const found = names
    .filter((name) => name.endsWith(EXTENSION))
    .flatMap((name) => {
      const parsed = parseBundleName(name.slice(0, -EXTENSION.length));
      return parsed?.architecture === architecture ? [{ name, version: parsed.version }] : [];
    })
    .sort((a, b) => compareVersions(b.version, a.version));
  const [newest] = found;
  if (newest === undefined) throw new InstallError({ reason: 'no-bundle', folder: place, architecture });
  return join(place, newest.name);
}

/** Reads what the file holds and checks it by the checksum beside it. Throws InstallError. */
export async function readBundle(file: string): Promise<Bundle> {
  const name = await folderInside(file);
  const parsed = parseBundleName(name);
  if (parsed === undefined) throw new InstallError({ reason: 'not-a-bundle', file });
  const wanted = await checksumBeside(file);
  if (wanted === undefined) throw new InstallError({ reason: 'no-checksum', file });
  const sha256 = await digestOf(file);
  if (sha256 !== wanted) throw new InstallError({ reason: 'checksum', file });
  const { size: bytes } = await stat(file);
  return { file, name, ...parsed, bytes, unpackedBytes: await unpackedBytes(file, bytes), sha256 };
}

/** The name does not count, which anybody may change: what is inside does. Empty for what is no tar.gz. */
async function folderInside(file: string): Promise<string> {
  const source = createReadStream(file, { end: 64 * 1_024 });
  const unzipped = createGunzip();
  source.on('error', (error) => unzipped.destroy(error));
  source.pipe(unzipped);
  try {
    let head = Buffer.alloc(0);
    for await (const chunk of unzipped) {
      if (chunk instanceof Uint8Array) head = Buffer.concat([head, chunk]);
      if (head.length >= TAR_NAME_BYTES) break;
    }
    const end = head.indexOf(0);
    return head.toString('latin1', 0, Math.min(end === -1 ? TAR_NAME_BYTES : end, TAR_NAME_BYTES)).split('/')[0] ?? '';
  } catch (error) {
    throw new InstallError({ reason: 'not-a-bundle', file }, error);
  } finally {
    source.destroy();
    unzipped.destroy();
  }
}

/** `FILE.sha256` of its own, or the SHA256SUMS of the folder. */
async function checksumBeside(file: string): Promise<string | undefined> {
  const own = basename(file);
  for (const place of [`${file}.sha256`, join(dirname(file), 'SHA256SUMS')]) {
    const text = await textAt(place);
    for (const line of text?.split('\n') ?? []) {
      const [, hash, name] = SUM_LINE.exec(line.trimEnd()) ?? [];
      if (name === own) return hash;
    }
  }
  return undefined;
}

async function textAt(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

async function digestOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) if (chunk instanceof Uint8Array) hash.update(chunk);
  return hash.digest('hex');
}

async function unpackedBytes(file: string, bytes: number): Promise<number> {
  const handle = await open(file);
  try {
    const trailer = Buffer.alloc(TRAILER_BYTES);
    await handle.read(trailer, 0, TRAILER_BYTES, Math.max(0, bytes - TRAILER_BYTES));
    return trailer.readUInt32LE(0);
  } finally {
    await handle.close();
  }
}
