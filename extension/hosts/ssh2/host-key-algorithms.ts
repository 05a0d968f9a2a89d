import type { ServerHostKeyAlgorithm } from 'ssh2';

/** What ssh2 can verify, strongest first, with the type of key; RSA keys sign with SHA-2 only. */
const ALGORITHMS: readonly (readonly [ServerHostKeyAlgorithm, string])[] = [
  ['ssh-ed25519', 'ssh-ed25519'],
  ['ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp256'],
  ['ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp384'],
  ['ecdsa-sha2-nistp521', 'ecdsa-sha2-nistp521'],
  ['rsa-sha2-512', 'ssh-rsa'],
  ['rsa-sha2-256', 'ssh-rsa'],
];

/** Algorithms in the order in which to ask for them: first those of keys that are known for the host. */
export function hostKeyAlgorithms(knownTypes: ReadonlySet<string>): ServerHostKeyAlgorithm[] {
  const known = ALGORITHMS.filter(([, type]) => knownTypes.has(type));
  const others = ALGORITHMS.filter(([, type]) => !knownTypes.has(type));
  return [...known, ...others].map(([algorithm]) => algorithm);
}
