import { createHash } from 'node:crypto';

/** As `ssh-keygen -l` prints it. */
export function fingerprintOf(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
}

/** `ssh-ed25519` is ED25519 to people, `ecdsa-sha2-nistp256` ECDSA. */
export function keyTypeName(type: string): string {
  if (type.startsWith('ecdsa-')) return 'ECDSA';
  return type.replace(/^ssh-/, '').replace(/@.*$/, '').toUpperCase();
}
