import { readFile } from 'node:fs/promises';
import ssh2, { type ParsedKey } from 'ssh2';
import { errorCode, messageOf } from '../../../agent/domain/errors.ts';

/** A private key on disk, of which the secret part may still be locked. */
export interface KeyFile {
  readonly path: string;
  /** Absent where only the passphrase brings it to light. */
  readonly publicKey: ParsedKey | undefined;
  /** `undefined` when the passphrase is wrong, or one is needed. */
  unlock(passphrase: string | undefined): ParsedKey | undefined;
  /** Whether the file has a private key at all. */
  readonly isPrivate: boolean;
}

const ABSENT: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR', 'EISDIR']);

/** Reads an identity file and the public key beside it. `undefined` when it is not there; throws when it is no key. */
export async function readKeyFile(path: string): Promise<KeyFile | undefined> {
  const contents = await readIfThere(path);
  const beside = parsePublic(await readIfThere(`${path}.pub`));
  if (contents === undefined) {
    return beside === undefined ? undefined : { path, publicKey: beside, unlock: () => undefined, isPrivate: false };
  }
  const parsed = ssh2.utils.parseKey(contents);
  if (!(parsed instanceof Error)) {
    const isPrivate = parsed.isPrivateKey();
    return { path, publicKey: parsed, unlock: () => (isPrivate ? parsed : undefined), isPrivate };
  }
  const publicKey = parsePublic(publicPartOf(contents)) ?? beside;
  if (publicKey === undefined && !contents.includes('ENCRYPTED')) {
    throw new Error(`${path} is no key that can be used: ${messageOf(parsed)}`, { cause: parsed });
  }
  const unlock = (passphrase: string | undefined): ParsedKey | undefined => {
    if (passphrase === undefined) return undefined;
    const key = ssh2.utils.parseKey(contents, passphrase);
    return key instanceof Error ? undefined : key;
  };
  return { path, publicKey, unlock, isPrivate: true };
}

async function readIfThere(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (ABSENT.has(errorCode(error) ?? '')) return undefined;
    throw error;
  }
}

function parsePublic(data: Buffer | undefined): ParsedKey | undefined {
  if (data === undefined) return undefined;
  const key = ssh2.utils.parseKey(data);
  return key instanceof Error || key.isPrivateKey() ? undefined : key;
}

const HEADER = 'openssh-key-v1\0';

/** OpenSSH's own format has the public key in clear beside the locked private one (PROTOCOL.key). */
export function publicPartOf(contents: Buffer): Buffer | undefined {
  const base64 = /-----BEGIN OPENSSH PRIVATE KEY-----([A-Za-z0-9+/=\s]+)-----END/.exec(
    contents.toString('latin1'),
  )?.[1];
  if (base64 === undefined) return undefined;
  const blob = Buffer.from(base64, 'base64');
  if (blob.toString('latin1', 0, HEADER.length) !== HEADER) return undefined;
  let at = HEADER.length;
  const field = (): Buffer | undefined => {
    if (at + 4 > blob.length) return undefined;
    const end = at + 4 + blob.readUInt32BE(at);
    const bytes = blob.subarray(at + 4, end);
    at = end;
    return end > blob.length ? undefined : bytes;
  };
  // Cipher, derivation of the key and its options, then the number of keys, which is always one.
  for (let skipped = 0; skipped < 3; skipped += 1) if (field() === undefined) return undefined;
  at += 4;
  const key = field();
  const type = key === undefined || key.length < 4 ? undefined : key.toString('latin1', 4, 4 + key.readUInt32BE(0));
  return key === undefined || type === undefined ? undefined : Buffer.from(`${type} ${key.toString('base64')}\n`);
}
