/** One line of a known_hosts file, as sshd(8) describes it. */
export interface KnownKey {
  readonly marker: 'cert-authority' | 'revoked' | undefined;
  /** Patterns, or one hashed name `|1|salt|hash`. */
  readonly hosts: readonly string[];
  /** e.g. `ssh-ed25519`. */
  readonly type: string;
  /** The key as it goes over the wire. */
  readonly key: Buffer;
  readonly file: string;
  readonly line: number;
}

/** Lines that are not of the format are left out, as ssh does. */
export function parseKnownHosts(text: string, file: string): readonly KnownKey[] {
  return text.split('\n').flatMap((raw, index): KnownKey[] => {
    const fields = raw.trim().split(/\s+/);
    const first = fields[0] ?? '';
    if (first === '' || first.startsWith('#')) return [];
    const marker = markerOf(first);
    if (first.startsWith('@') && marker === undefined) return [];
    const [hosts, type, base64] = marker === undefined ? fields : fields.slice(1);
    if (hosts === undefined || type === undefined || base64 === undefined) return [];
    const key = Buffer.from(base64, 'base64');
    if (keyTypeOf(key) !== type) return [];
    return [{ marker, hosts: hosts.split(','), type, key, file, line: index + 1 }];
  });
}

function markerOf(word: string): KnownKey['marker'] {
  if (word === '@cert-authority') return 'cert-authority';
  return word === '@revoked' ? 'revoked' : undefined;
}

const LENGTH_BYTES = 4;

/** The type that a key names itself, `undefined` when it is no key. */
export function keyTypeOf(key: Buffer): string | undefined {
  if (key.length < LENGTH_BYTES) return undefined;
  const end = LENGTH_BYTES + key.readUInt32BE(0);
  return end > key.length ? undefined : key.toString('latin1', LENGTH_BYTES, end);
}
